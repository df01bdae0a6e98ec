"""Thai text as it is stored: the same word is always the same code points.

NFC and not NFKC: the compatibility forms tear sara am (U+0E33) apart.
"""

from __future__ import annotations

import re
import unicodedata

_TONE = "\u0e48-\u0e4b"
_VOWEL_ABOVE_OR_BELOW = "\u0e31\u0e34-\u0e3a\u0e47"

#: Steps of ``normalise``: pattern and what takes its place. Written so that a browser can take
#: the same steps (record/browser.py hands them on).
ONCE = (
    ("\r\n?|[\u2028\u2029\x85]", "\n"),
    ("\t", " "),
    ("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]", ""),
    ("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]", " "),
    ("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", ""),
)
#: After NFC, again and again until nothing changes: tone after vowel, sara am, sara ae.
UNTIL_STABLE = (
    (f"([{_TONE}]+)([{_VOWEL_ABOVE_OR_BELOW}])", r"\2\1"),
    (f"([{_TONE}])\u0e4d(?=\u0e32)", "\u0e4d\\1"),
    (f"\u0e4d([{_TONE}]?)\u0e32", "\\1\u0e33"),
    ("\u0e40\u0e40", "\u0e41"),
)
_ONCE = [(re.compile(pattern), new) for pattern, new in ONCE]
_UNTIL_STABLE = [(re.compile(pattern), new) for pattern, new in UNTIL_STABLE]

_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


def normalise(value: str) -> str:
    """The text in its one stored form, without blanks at its ends.

    Line ends become a line feed, blanks of every width a space, invisible and control
    characters go; nikhahit + sara aa becomes sara am, two sara e become sara ae, tone
    marks come after the vowel. Normalising twice changes nothing.
    """
    for pattern, new in _ONCE:
        value = pattern.sub(new, value)
    before = None
    while before != value:
        before = value
        value = unicodedata.normalize("NFC", value)
        for pattern, new in _UNTIL_STABLE:
            value = pattern.sub(new, value)
    return value.strip()


def one_line(value: str) -> str:
    """As ``normalise``, with every run of blanks and line ends as one space."""
    return " ".join(normalise(value).split())


def key(value: str) -> str:
    """The form in which labels are compared: normalised, without case and blanks."""
    return "".join(normalise(value).casefold().split())


def arabic_digits(value: str) -> str:
    """The text with Thai digits as Arabic ones."""
    return value.translate(_THAI_DIGITS)


def is_storable(value: str) -> bool:
    """Whether the text can be written as UTF-8: no half of a surrogate pair."""
    return not any("\ud800" <= character <= "\udfff" for character in value)
