"""Dates in both eras: stored as ISO 8601, typed in either, shown in the reader's.

A year of 2400 or more is of the Buddhist Era (543 years ahead), a smaller one of the
Common Era: the two do not meet in the dates of a data catalog.
"""

from __future__ import annotations

import datetime
import re
from typing import Any

from ckanext.thai_gdc import text

BUDDHIST_ERA = 543
FIRST_BUDDHIST_YEAR = 2400
#: The smallest year that is taken, in either era.
FIRST_YEAR = 1000

MONTHS_TH = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)
MONTHS_TH_SHORT = (
    "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.",
    "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
)
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)

_MONTH_NUMBER = {
    text.key(name).rstrip("."): number
    for names in (MONTHS_TH, MONTHS_TH_SHORT, MONTHS_EN, tuple(m[:3] for m in MONTHS_EN))
    for number, name in enumerate(names, 1)
}

# Syntax that JavaScript reads in the same way: assets/dates.js parses with these patterns.
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
_NAMED = re.compile(
    r"(\d{1,2})\s*([^\d\s]+?)\s*(?:พ\.?\s*ศ\.?|ค\.?\s*ศ\.?)?\s*(\d{4})", re.ASCII
)
_PREFIX = re.compile(r"^วันที่\s*", re.ASCII)


def common_era(year: int) -> int:
    """The year of the Common Era for a year typed in either era."""
    return year - BUDDHIST_ERA if year >= FIRST_BUDDHIST_YEAR else year


def parse(value: str) -> datetime.date | None:
    """The date that was typed, in either era and with Thai or Arabic digits.

    Understands ``2564-03-16``, ``16/03/2564``, ``16 มีนาคม 2564``, ``16 มี.ค. 2564``,
    ``16 March 2021`` and a time behind an ISO date.

    Returns:
        The date, or None where the text is none (also 31 February and two-digit years).
    """
    value = text.arabic_digits(text.one_line(value))
    value = _PREFIX.sub("", value)
    if match := _YEAR_FIRST.fullmatch(value):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DAY_FIRST.fullmatch(value):
        day, month, year = (int(part) for part in match.groups())
    elif match := _NAMED.fullmatch(value):
        day, year = int(match[1]), int(match[3])
        month = _MONTH_NUMBER.get(text.key(match[2]).rstrip("."), 0)
    else:
        return None
    if year < FIRST_YEAR:
        return None
    try:
        return datetime.date(common_era(year), month, day)
    except ValueError:
        return None


def rules() -> dict[str, Any]:
    """What a script needs to read and write dates as this module does.

    Returns:
        ``yearFirst``, ``dayFirst``, ``named`` and ``prefix``: regular expressions, the first
        three for a whole text; ``monthNumbers``: month 1 to 12 by the key of each of its
        names; ``months``: the 12 names by language code; ``cleaned``: steps of
        ``text.normalise``, each a regular expression and what takes its place (the later
        steps are about Thai words that no date has); ``era``, ``firstEra`` and
        ``firstYear``: the constants of this module.
    """
    return {
        "yearFirst": _YEAR_FIRST.pattern, "dayFirst": _DAY_FIRST.pattern,
        "named": _NAMED.pattern, "prefix": _PREFIX.pattern, "monthNumbers": _MONTH_NUMBER,
        "months": {"th": MONTHS_TH, "en": MONTHS_EN}, "cleaned": text.ONCE,
        "era": BUDDHIST_ERA, "firstEra": FIRST_BUDDHIST_YEAR, "firstYear": FIRST_YEAR,
    }


def show(value: str, language: str) -> str:
    """A stored ISO date for a reader: ``16 มีนาคม 2564`` or ``16 March 2021``.

    What is no ISO date comes back as it is: records of old catalogs hold such values.
    """
    try:
        date = datetime.date.fromisoformat(value[:10])
    except ValueError:
        return value
    if language.startswith("th"):
        return f"{date.day} {MONTHS_TH[date.month - 1]} {date.year + BUDDHIST_ERA}"
    return f"{date.day} {MONTHS_EN[date.month - 1]} {date.year}"
