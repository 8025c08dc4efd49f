"""Text in DICOM's character sets (PS3.5 6.1.2), whatever a damaged header makes of them.

pydicom warns of each value that it does not know and looks for a codec of that name, which for a
damaged Specific Character Set takes seconds. Here its tables are used without that.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from typing import Any

DEFAULT = "latin-1"
ESC = b"\x1b"
# What most files name; pydicom, which takes a while to import, knows the others.
_USUAL = {"": "iso8859", "ISO_IR 6": "iso8859", "ISO_IR 100": "latin_1", "ISO_IR 192": "UTF8"}
_STANDING_ALONE = {"ISO_IR 192", "GBK", "GB18030"}
# PS3.3 C.12.1.1.2 knows 7 at most together (Japanese and others); a longer list is damage.
_MOST = 16
_NUMBERED = re.compile(r"ISO[ _.-]?(2022)?[ _.-]?(?:IR)?[ _.-]?(\d{1,3})")
_WRONG_NAMES = {
    "UTF-8": "UTF8", "UTF8": "UTF8", "GB2312": "GB2312", "GB 18030": "GB18030",
    "ISO8859-1": "latin-1", "ISO-8859-1": "latin-1", "LATIN1": "latin-1",
}  # fmt: skip
# Python strips these escape sequences itself.
_STATEFUL = {"iso2022_jp", "iso2022_jp_2"}


def every_encoding() -> tuple[str, ...]:
    """Every encoding that the standard has, by Python's name."""
    return tuple(dict.fromkeys([*_tables().python_encoding.values(), "utf-8"]))


def _tables() -> Any:
    from pydicom import charset

    return charset


@lru_cache(maxsize=64)
def encodings(character_set: str) -> tuple[str, ...]:
    """Python's encodings of a Specific Character Set; never empty, wrong names left out.

    Example:
        >>> encodings("ISO 2022 IR 100\\\\ISO 2022 IR 87")
        ('latin_1', 'iso2022_jp')
        >>> encodings("ISO-IR-192"), encodings("nonsense")
        (('UTF8',), ('latin-1',))
    """
    values = [value.strip() for value in character_set.split("\\", _MOST)[:_MOST]]
    known = [(value, name) for value in values if (name := _encoding(value))]
    if known and known[0][0] in _STANDING_ALONE:
        return (known[0][1],)
    return tuple(dict.fromkeys(name for _, name in known)) or (DEFAULT,)


def is_known(character_set: str) -> bool:
    """Whether every value is one of the standard's, or a usual misspelling of one."""
    values = character_set.split("\\", _MOST)
    return len(values) <= _MOST and all(_encoding(value.strip()) for value in values)


def decode(value: bytes, names: tuple[str, ...]) -> str:
    """Text from bytes; what an encoding does not have becomes U+FFFD.

    Args:
        value: of one element.
        names: from `encodings`; escape sequences switch to others of the standard.
    """
    if ESC in value:
        first, *parts = re.split(rb"(?=\x1b)", value)
        return _decoded(first, names[0]) + "".join(_escaped(part, names[0]) for part in parts)
    if names[0] == _USUAL[""] and not value.isascii():
        # The default set has no such bytes: a writer has left out the escape sequence.
        for name in names[1:]:
            with suppress(ValueError, LookupError):
                return value.decode(name)
    return _decoded(value, names[0])


def _escaped(part: bytes, first: str) -> str:
    for length in (4, 3):
        name = _tables().CODES_TO_ENCODINGS.get(part[:length])
        if name:
            return _decoded(part if name in _STATEFUL else part[length:], name)
    return _decoded(part, first)


def _decoded(value: bytes, name: str) -> str:
    try:
        return value.decode(name, "replace")
    except (LookupError, ValueError):
        return value.decode(DEFAULT)


@lru_cache(maxsize=256)
def _encoding(value: str) -> str:
    if value in _USUAL:
        return _USUAL[value]
    python_encoding = _tables().python_encoding
    if value in python_encoding:
        return python_encoding[value]
    upper = value.upper()
    if upper in _WRONG_NAMES:
        return _WRONG_NAMES[upper]
    match = _NUMBERED.fullmatch(upper)
    if match is None:
        return ""
    for begin in ("ISO 2022 IR ", "ISO_IR ") if match[1] else ("ISO_IR ", "ISO 2022 IR "):
        if begin + match[2] in python_encoding:
            return python_encoding[begin + match[2]]
    return ""
