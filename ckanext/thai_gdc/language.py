"""The reader's language, and texts that the schema gives in several."""

from __future__ import annotations

from collections.abc import Mapping

import ckan.plugins.toolkit as tk

from ckanext.thai_gdc import config


def current() -> str:
    """Language code of the request; the site's default where there is no request."""
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
