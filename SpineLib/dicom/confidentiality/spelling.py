"""The ways in which one name is written: with and without accents, and in Latin letters.

Passports and keyboards spell names in Latin letters by rule: Cyrillic as ICAO Doc 9303-3 section 6
has it and with ``y`` as most people write it, Greek by ELOT 743, kana by Hepburn, Hangul by the
Revised Romanization, as Unicode names its syllables. Chinese characters have no such rule.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from SpineLib.dicom.people import fold

# What people write for letters that a keyboard does not have; and letters that to Unicode are no
# others with an accent.
_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
_BARE = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "þ": "th", "œ": "oe"})
_LATIN: dict[int, str] = str.maketrans(
    dict(zip("абвгґдезиіклмнопрстуфыэ", "abvggdeziiklmnoprstufye", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": ""}
    | dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True))
    | {"θ": "th", "χ": "ch", "ψ": "ps"}
)
_PAIRS = {"ου": "ou", "αυ": "av", "ευ": "ev", "μπ": "b", "γγ": "ng", "γκ": "gk"}
_HEPBURN = {"si": "shi", "ti": "chi", "tu": "tsu", "hu": "fu", "zi": "ji", "di": "ji", "du": "zu"}
_KANA = re.compile("[ァ-ヺー]+")
_SYLLABLE = re.compile("(.)([ャュョ]?)")
_LONG = re.compile(r"(?<=[ou])u|(?<=o)o")


@lru_cache(maxsize=4096)
def spellings(text: str) -> frozenset[str]:
    """A text as it is compared: folded, and in the other ways of writing it.

    Example:
        >>> sorted(spellings("Löwe")), "lukasz" in spellings("Łukasz")
        (['loewe', 'lowe'], True)
        >>> "yuliya" in spellings("Юлия"), "yamada" in spellings("やまだ")
        (True, True)
    """
    lowered = unicodedata.normalize("NFKC", text).casefold()
    if lowered.isascii():
        return frozenset((lowered,))
    spelt = {fold(lowered), fold(lowered.translate(_SPELT)), fold(lowered.translate(_BARE))}
    # Hiragana and katakana say the same, in the same order.
    sounds = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in lowered)
    sounds = "".join(map(_of_hangul, _KANA.sub(_of_kana, sounds)))
    for y in "iy":
        latin = sounds
        for letter, sound in (("й", ""), ("ї", ""), ("ю", "u"), ("я", "a"), ("є", "e")):
            latin = latin.replace(letter, y + sound)
        latin = fold(latin)
        for pair, sound in _PAIRS.items():
            latin = latin.replace(pair, sound)
        spelt.add(latin.translate(_LATIN).strip())
    if sounds != lowered:
        spelt.add(_LONG.sub("", fold(sounds)).strip())
    return frozenset(spelt)


def _of_kana(run: re.Match[str]) -> str:
    """A run of katakana in Latin letters, as a word of its own."""
    latin = _SYLLABLE.sub(_of_syllable, run[0])
    latin = re.sub("q(.)", r"\1\1", latin)
    return f" {latin} "


def _of_syllable(syllable: re.Match[str]) -> str:
    first, small = syllable.groups()
    if first in "ーッ":  # a long vowel; the next consonant twice
        return "" if first == "ー" else "q"
    sound = _last_word(first)
    sound = _HEPBURN.get(sound, sound)
    if not small:
        return sound
    sound = sound[:-1]
    return sound + _last_word(small)[sound in ("sh", "ch", "j") :]


def _of_hangul(character: str) -> str:
    return _last_word(character) if "가" <= character <= "힣" else character


def _last_word(character: str) -> str:
    """What Unicode calls a syllable: KATAKANA LETTER YA, HANGUL SYLLABLE HONG."""
    return unicodedata.name(character).rpartition(" ")[2].lower()
