"""What this site changed of the definitions that ship, in the memory of each process.

Lists, fields and rules are looked up thousands of times for one page, so they are kept; a
process asks at most twice a second whether somebody changed them. This module knows no other
room of the plugin and needs no running CKAN: whoever keeps the changes says where to read them.

A change belongs to a *subject*:

- ``code:<list>:<code>``: ``says`` (attribute to value: what the site wrote; None takes the
  attribute away) and ``shipped`` (the same attributes as the plugin shipped them when the site
  wrote; None for a code of the site's own)
- ``list:<list>``: ``order`` (codes); for a list of the site's own also ``own`` (true), ``label``
  (language code to text) and ``pattern``
- ``field:<level>:<name>``: ``hidden`` (true), ``help_text``, ``example`` (language code to
  text), ``code_list`` (name of the list from which it takes its codes)
- ``rule:star_set``: name of a star set; ``rule:stars``: names of fields;
  ``rule:mandatory``: list of ``field``, ``data_types`` (codes) and ``organizations`` (ids)
- ``manager:<user id>``: true
"""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

#: Seconds for which a process trusts what it read: a change is in force within a second.
FRESH = 0.5


@dataclasses.dataclass(frozen=True, eq=False)
class Settings:
    """The changes of one moment; kept, so that what is made of them can be kept by it.

    Attributes:
        version: number of the last change; 0 if there was none.
        values: subject to what the site says.
    """

    version: int = 0
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def of(self, prefix: str) -> dict[str, Any]:
        """The values of the subjects that begin with ``prefix``, by what comes after it."""
        return {s.removeprefix(prefix): v for s, v in self.values.items() if s.startswith(prefix)}


Source = Callable[[Settings], Settings]

_NONE = Settings()


def _unchanged(kept: Settings) -> Settings:
    return kept


_source: Source = _unchanged
_kept = _NONE
_read_at = float("-inf")
_supposed: contextvars.ContextVar[Settings | None] = contextvars.ContextVar(
    "gdc_settings", default=None
)


def read_from(source: Source) -> None:
    """Say where the changes are kept.

    Args:
        source: gives the settings of today; the very ones that it is given if they are
            those. What it raises goes to whoever looks something up: better no answer than
            one of yesterday.
    """
    global _source
    _source = source
    forget()


def forget() -> None:
    """Read again at the next look-up: somebody in this process changed something."""
    global _read_at
    _read_at = float("-inf")


def current() -> Settings:
    """The settings in force."""
    global _kept, _read_at
    supposed = _supposed.get()
    if supposed is not None:
        return supposed
    now = time.monotonic()
    if now - _read_at >= FRESH:
        _kept = _source(_kept)
        _read_at = now
    return _kept


@contextlib.contextmanager
def supposing(settings: Settings) -> Iterator[None]:
    """Whatever is looked up in the block is as if these were in force, for this caller alone."""
    token = _supposed.set(settings)
    try:
        yield
    finally:
        _supposed.reset(token)
