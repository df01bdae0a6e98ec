"""“Understood as”: what normalising made of what somebody typed in a form.

Collected while the values are judged (in ``g``: what a validator writes into its context is
lost to the action), told once the record is saved. Blanks at the ends, line ends and a code
that was chosen by its label are no change to tell of.
"""

from __future__ import annotations

import contextlib
import json
from typing import Any

import ckan.plugins.toolkit as tk
from markupsafe import Markup

from ckanext.thai_gdc import codes, text
from ckanext.thai_gdc.fields import Field
from ckanext.thai_gdc.record import values, words

_ = tk._

_KEY = "thai_gdc_understood"

#: CKAN keeps what it has to tell in a cookie, which holds some 4,000 bytes.
_MOST = 8
_LONGEST = 40


def is_form() -> bool:
    """Whether the present request is a form that somebody sent from a page."""
    blueprint, _view = tk.get_endpoint()
    return blueprint not in (None, "api") and tk.request.method == "POST"


def note(field: Field, written: Any, value: Any) -> None:
    """Remember what became of a value.

    Args:
        field: the field that holds it.
        written: as typed.
        value: as it is stored.
    """
    if is_form() and (sentence := _sentence(field, written, value)):
        _noted().append(sentence)


def note_dropped(field: Field, written: Any) -> None:
    """Remember a value that is not kept, because the record has no such field."""
    if not is_form() or not isinstance(written, str | list):
        return
    typed = _typed(field, written)
    if typed:
        _noted().append(
            _("%(label)s: “%(typed)s” was not kept: with the present choices the record does "
              "not have this field.")
            % {"label": values.label(field), "typed": _cut(typed)}
        )


def _noted() -> list[str]:
    return tk.g.setdefault(_KEY, [])


def _sentence(field: Field, written: Any, value: Any) -> str:
    if value is None or not isinstance(written, str | list) or field.kind in ("columns", "name"):
        return ""
    label = values.label(field)
    if codes.of_field(field):
        return _of_codes(field, label, written, value)
    if not isinstance(written, str):
        return ""
    typed = written.replace("\r\n", "\n").replace("\r", "\n").strip()
    seen = words.of(field, value)
    if typed in ("", value, seen):
        return ""
    if text.one_line(typed) == text.one_line(value):
        return _(
            "%(label)s: invisible characters or misplaced vowel and tone marks were mended."
        ) % {"label": label}
    return _change(label, typed, seen)


def _of_codes(field: Field, label: str, written: Any, value: Any) -> str:
    codes_of = value if isinstance(value, list) else [value]
    typed = [one for one in _parts(written) if one]
    known = {*codes_of, *codes.labels(field, codes_of)}
    if all(one in known for one in typed):
        return ""
    return _change(label, ", ".join(typed), words.of(field, value))


def _parts(written: Any) -> list[str]:
    """The single values of what was typed for a field of codes."""
    if isinstance(written, str) and written.startswith("["):
        with contextlib.suppress(ValueError):
            written = json.loads(written)
    return [str(one).strip() for one in (written if isinstance(written, list) else [written])]


def _typed(field: Field, written: Any) -> str:
    parts = [one for one in _parts(written) if one]
    if codes.of_field(field):
        parts = codes.labels(field, parts)
    return ", ".join(parts)


def _change(label: str, typed: str, understood: str) -> str:
    return _("%(label)s: “%(typed)s” → “%(understood)s”") % {
        "label": label, "typed": _cut(typed), "understood": _cut(understood),
    }


def _cut(value: str) -> str:
    value = " ".join(value.split())
    return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"


def tell(_sender: Any = None, **_of_the_action: Any) -> None:
    """Show the writer, on the next page, what was understood; once.

    Listens to the success of the actions that save: CKAN does not call its other hooks where
    nothing changed in the end, and just then something may not have been kept.
    """
    if not is_form():
        return
    noted = list(dict.fromkeys(tk.g.pop(_KEY, ())))
    if not noted:
        return
    lines = noted[:_MOST]
    if len(noted) > _MOST:
        lines.append(_("… and %(count)s more") % {"count": len(noted) - _MOST})
    tk.h.flash_notice(
        Markup("<p>{}</p><ul>{}</ul>").format(
            _("Saved. What you typed was understood like this:"),
            Markup("").join(Markup("<li>{}</li>").format(line) for line in lines),
        ),
        allow_html=True,
    )
