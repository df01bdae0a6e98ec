"""Dates are understood in either era and shown in the reader's."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.thai_gdc import dates


@pytest.mark.parametrize(
    "written",
    ["2564-03-16", "2021-03-16", "16/3/2564", "16-03-2021", "16 มีนาคม 2564", "16 มี.ค. 2564",
     "๑๖ มีนาคม พ.ศ. ๒๕๖๔", "วันที่ 16 มีนาคม 2564", "16 March 2021", "16 Mar 2021",
     "2021-03-16T10:20:30", "2564-03-16 00:00:00"],
)
def test_one_day_typed_in_many_ways(written: str) -> None:
    """Both eras, both kinds of digits, numbers and month names."""
    assert dates.parse(written) == datetime.date(2021, 3, 16)


@pytest.mark.parametrize(
    "written", ["", "เร็วๆ นี้", "31/02/2564", "16/3/64", "2564", "0000-01-01", "16 เดือน 2564"]
)
def test_what_is_no_date_is_not_guessed(written: str) -> None:
    """An impossible day, a year of two digits or words give no date."""
    assert dates.parse(written) is None


@given(st.dates(min_value=datetime.date(1857, 1, 1), max_value=datetime.date(2399, 12, 31)))
def test_what_is_shown_can_be_typed_again(date: datetime.date) -> None:
    """Both languages' forms lead back to the same day."""
    for language in ("th", "en"):
        assert dates.parse(dates.show(date.isoformat(), language)) == date


@given(st.text())
def test_no_text_breaks_the_parser(value: str) -> None:
    """Any text gives a date or None."""
    assert dates.parse(value) is None or isinstance(dates.parse(value), datetime.date)


def test_thai_readers_see_the_buddhist_era() -> None:
    """With Thai month names."""
    assert dates.show("2021-03-16", "th") == "16 มีนาคม 2564"
    assert dates.show("2021-03-16", "en") == "16 March 2021"
    assert dates.show("ปลายปี", "th") == "ปลายปี"
