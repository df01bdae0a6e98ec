"""When a record's data is due: its own promise, "every so often", counted from its last update."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.thai_gdc import codes, dates, text

_ = tk._

#: ISO 8601 durations of code_lists.yaml: years, months, weeks, days, hours and minutes.
_PERIOD = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?"
)

#: Longer than that is told in months, and in years.
_MOST_DAYS = 60
_MOST_MONTHS = 24


def on(record: Mapping[str, Any]) -> datetime.date | None:
    """The day by which the data of a record should have been brought up to date.

    Counted from ``last_updated_date``; from ``metadata_modified`` where that is blank or no
    date, as old catalogs have it.

    Args:
        record: as package_show gives it.

    Returns:
        The date, or None for data that is never due: without a frequency, with one that has
        no period (real time, never, unknown, other), or due after the year 9999.
    """
    unit = codes.get("update_frequency_unit").codes.get(record.get("update_frequency_unit") or "")
    period = unit.attributes.get("period") if unit else None
    start = last_update(record)
    if not period or not start:
        return None
    try:
        return _after(start, period, _interval(record.get("update_frequency_interval")))
    except OverflowError:
        return None


def last_update(record: Mapping[str, Any]) -> datetime.date | None:
    """The day of the data's last update, else of the record's last change; None without both."""
    if day := dates.parse(str(record.get("last_updated_date") or "")):
        return day
    try:
        changed = datetime.datetime.fromisoformat(str(record.get("metadata_modified") or ""))
    except ValueError:
        return None
    utc = changed if changed.tzinfo else changed.replace(tzinfo=datetime.timezone.utc)
    return utc.astimezone(tk.h.get_display_timezone()).date()


def _interval(value: Any) -> int:
    """How many units lie between two updates; 1 where nothing else can be read."""
    written = text.arabic_digits(str(value or "")).strip()
    return max(int(written), 1) if re.fullmatch(r"\d{1,9}", written, re.ASCII) else 1


def _after(start: datetime.date, period: str, times: int) -> datetime.date:
    """So many periods after a day.

    Raises:
        OverflowError: that is after the year 9999.
    """
    match = _PERIOD.fullmatch(period)
    if not match:
        raise ValueError(f"{period!r} is no period of a frequency")
    years, months, weeks, days, hours, minutes = (int(part or 0) * times for part in match.groups())
    month = start.month - 1 + months
    year = start.year + years + month // 12
    if year > datetime.MAXYEAR:
        raise OverflowError
    month = month % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    moment = datetime.datetime(year, month, day)
    added = datetime.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    return (moment + added).date()


def today() -> datetime.date:
    """The day that the site's readers have now."""
    return datetime.datetime.now(tk.h.get_display_timezone()).date()


def how_long(days: int) -> str:
    """A number of days in words: days, then months, then years.

    Args:
        days: 0 or more.
    """
    if days <= _MOST_DAYS:
        return tk.ungettext("%(num)d day", "%(num)d days", days) % {"num": days}
    months = days * 12 // 365
    if months <= _MOST_MONTHS:
        return tk.ungettext("%(num)d month", "%(num)d months", months) % {"num": months}
    years = days // 365
    return tk.ungettext("%(num)d year", "%(num)d years", years) % {"num": years}
