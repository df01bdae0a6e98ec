"""The lists of this site: what ships, with what the site says of it laid over."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ckanext.thai_gdc import fields, settings


@functools.cache
def shipped() -> dict[str, dict[str, Any]]:
    """The lists of schemas/code_lists.yaml by name."""
    return fields.read("code_lists.yaml")


def shipped_entry(name: str, code: str) -> dict[str, Any] | None:
    """A code as it ships; None if it does not."""
    return _by_code(name).get(code)


@functools.cache
def _by_code(name: str) -> dict[str, dict[str, Any]]:
    return {entry["code"]: entry for entry in shipped().get(name, {}).get("codes", ())}


@dataclasses.dataclass(frozen=True)
class Clash:
    """Something that the site changed, and an upgrade of the plugin changed too.

    Attributes:
        list, code, attribute: what.
        site: what the site says, which is in force.
        before, shipped: what shipped when the site said so, and what ships now; None for
            what there was not.
    """

    list: str
    code: str
    attribute: str
    site: Any
    before: Any
    shipped: Any


@functools.lru_cache(maxsize=4)
def definitions(changed: settings.Settings) -> dict[str, dict[str, Any]]:
    """The lists in the form of code_lists.yaml, by name; those of the site's own come last."""
    found = {name: _merged(changed, name, definition) for name, definition in shipped().items()}
    for name, says in changed.of("list:").items():
        if says.get("own") and name not in found:
            own = {key: says[key] for key in ("label", "pattern") if says.get(key)}
            found[name] = _merged(changed, name, {**own, "codes": []})
    return found


def _merged(
    changed: settings.Settings, name: str, definition: Mapping[str, Any]
) -> dict[str, Any]:
    entries = {entry["code"]: dict(entry) for entry in definition["codes"]}
    for code, says in changed.of(f"code:{name}:").items():
        entry = {**entries.get(code, {"code": code}), **says["says"]}
        entry = {key: value for key, value in entry.items() if value is not None}
        # What the site said of a code that no longer ships makes no code of it.
        if code in entries or says["shipped"] is None:
            entries[code] = entry
    order = changed.values.get(f"list:{name}", {}).get("order", ())
    return {**definition, "codes": [entries[code] for code in _ordered(list(entries), order)]}


def _ordered(codes: list[str], order: Sequence[str]) -> list[str]:
    """The codes as the site put them; one that it did not know stands where it ships."""
    wanted = [code for code in order if code in set(codes)]
    for number, code in enumerate(codes):
        if code not in wanted:
            before = codes[number - 1] if number else None
            wanted.insert(wanted.index(before) + 1 if before in wanted else 0, code)
    return wanted


def written(name: str, code: str, says: Mapping[str, Any]) -> dict[str, Any] | None:
    """What to keep of a code so that it says this; None if that is just what ships.

    Args:
        name: of the list.
        code: the code.
        says: all of the entry that is to be in force, as in code_lists.yaml.
    """
    ships = shipped_entry(name, code)
    wanted = {key: value for key, value in says.items() if key != "code"}
    if ships is None:
        return {"says": wanted, "shipped": None}
    keys = [key for key in {**ships, **wanted} if key != "code"]
    changes = {key: wanted.get(key) for key in keys if not _same(wanted.get(key), ships.get(key))}
    if not changes:
        return None
    return {"says": changes, "shipped": {key: ships.get(key) for key in changes}}


def _same(one: Any, other: Any) -> bool:
    """Whether two attributes say the same: none, false and an empty list mostly do.

    ``active`` is the exception: not to say it means true.
    """
    return one == other or (not one and not other and one is not False and other is not False)


def clashes(changed: settings.Settings) -> Iterator[Clash]:
    """What the admin has to decide after an upgrade."""
    for subject, says in changed.of("code:").items():
        name, code = subject.split(":", 1)
        ships = shipped_entry(name, code)
        if ships is None:
            continue
        # The site added the code itself, and then the plugin shipped one of that name.
        before = says["shipped"] if says["shipped"] is not None else {}
        for key, value in says["says"].items():
            if not _same(before.get(key), ships.get(key)) and not _same(value, ships.get(key)):
                yield Clash(name, code, key, value, before.get(key), ships.get(key))
