"""Thai text is stored in one form."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.thai_gdc import text

THAI = st.text(alphabet=st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B))


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("น\u0e4d\u0e32", "น\u0e33"),
        ("น\u0e49\u0e4d\u0e32", "น\u0e49\u0e33"),
        ("น\u0e4d\u0e49\u0e32", "น\u0e49\u0e33"),
        ("\u0e40\u0e40ม่", "แม่"),
        ("ก\u0e48\u0e34น", "ก\u0e34\u0e48น"),
        ("ข้อ\u200bมูล", "ข้อมูล"),
        ("ข้อมูล\u00a0เปิด", "ข้อมูล เปิด"),
        ("บรรทัด\r\nใหม่\x00", "บรรทัด\nใหม่"),
        ("  ขอบ  ", "ขอบ"),
        ("e\u0301", "é"),
        ("ทำ", "ทำ"),
    ],
)
def test_every_way_of_typing_a_word_is_stored_alike(written: str, stored: str) -> None:
    """Sara am, sara ae, tone marks, blanks and invisible characters have one form."""
    assert text.normalise(written) == stored


@given(st.one_of(THAI, st.text()))
def test_normalising_twice_changes_nothing(value: str) -> None:
    """What is stored is a fixed point, in NFC."""
    once = text.normalise(value)
    assert text.normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)


def test_words_that_differ_by_a_tone_mark_stay_different() -> None:
    """News, rice and white are three words."""
    assert len({text.key(word) for word in ("ข่าว", "ข้าว", "ขาว")}) == 3
