"""The reader's language, and texts that the schema gives in several."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar

import ckan.plugins.toolkit as tk
from flask_babel import force_locale

from ckanext.thai_gdc import config

_spoken: ContextVar[str | None] = ContextVar("thai_gdc_language", default=None)


@contextlib.contextmanager
def speaking(language: str) -> Iterator[None]:
    """Have everything said in a language, whatever the request says or where there is none."""
    token = _spoken.set(language)
    try:
        with force_locale(language):
            yield
    finally:
        _spoken.reset(token)


def current() -> str:
    """Language code of the request; the site's default where there is no request."""
    if spoken := _spoken.get():
        return spoken
    try:
        return tk.h.lang() or config.default_language()
    except (RuntimeError, TypeError):
        return config.default_language()


def pick(text: Mapping[str, str] | str | None, language: str | None = None) -> str:
    """The text in ``language`` (the reader's if not given), else English, else any.

    Args:
        text: language code to text, or a plain string, or None.
        language: its code.

    Returns:
        A string, empty where there is no text.
    """
    if not text:
        return ""
    if isinstance(text, str):
        return text
    return text.get(language or current()) or text.get("en") or next(iter(text.values()))
