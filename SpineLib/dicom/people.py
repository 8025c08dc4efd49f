"""Who an image is of: what tells people apart where a Patient ID does not.

An anonymiser may give everybody one Patient ID, and a correction may give one person two. Names and
dates are kept only as hashes of their words, which say whether two are the same and nothing else.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from SpineLib.store.patients import keyed

# What anonymisers and test objects are called; by hand.
_NOBODY = """
    anon anonym anonymous anonymized anonymised anonymus anonyme deidentified identity
    unknown unbekannt inconnu desconocido none nobody noname name null nil removed redacted hidden
    masked empty default dummy phantom patient patientid patientname subject case test demo sample
    example volunteer healthy control research study id na xx xxx xxxx anonymise anonymisiert anonimo
    anonimizado anonimizzato undefined unspecified noid
"""
NOBODY = frozenset(_NOBODY.split())
_TITLES = {"mr", "mrs", "ms", "dr", "prof", "herr", "frau", "jr", "sr", "mme"}
_NO_BIRTHS = {"00010101", "11111111", "18000101", "19000101", "19010101", "99991231"}
# Numbers that a trial may give to a patient, such as 111 or 1234, are none of these.
_PLACEHOLDER = re.compile(r"0+|x+|9{4,}|0*123456?7?8?9?0?|[\W_]*")


@dataclass(frozen=True)
class Person:
    """What a header says of a person, as hashes; empty where it says nothing.

    Attributes:
        words: of the name; of names without an alphabet each character.
        scripts: of these words: names in different ones cannot be compared.
        birth: of the birth date.
        sex: ``M``, ``F`` or empty.
        issuer: of who gave the Patient ID.
    """

    words: frozenset[str] = frozenset()
    scripts: frozenset[str] = frozenset()
    birth: str = ""
    sex: str = ""
    issuer: str = ""

    @property
    def tells(self) -> bool:
        """Whether anything is said by which two people of one Patient ID are told apart."""
        return bool(self.words or self.birth or self.sex or self.issuer)

    @property
    def digest(self) -> str:
        """One hash of all, the same for the same name and date; empty where nothing is said."""
        words = "\0".join((*sorted(self.words), self.birth))
        return hashed(words) if self.words or self.birth else ""

    def is_another(self, other: Person) -> bool:
        """Whether these are certainly two people: what both say of themselves cannot be of one.

        A name that was corrected or changed by marriage keeps a word; one without any in common
        is another's. A birth date tells two people apart, and says nothing where it is missing.
        """
        if self.birth and other.birth and self.birth != other.birth:
            return True
        comparable = bool(self.scripts & other.scripts)
        shared = bool(self.words & other.words)
        if comparable and not shared:
            return True
        alike = shared or bool(self.birth and other.birth)
        # Brother and sister share a name and perhaps the day, and each has a name of their own.
        apart = comparable and not (self.words <= other.words or other.words <= self.words)
        if self.issuer and other.issuer and self.issuer != other.issuer and not alike:
            return True
        return bool(self.sex and other.sex and self.sex != other.sex) and (apart or not alike)

    def keyed(self, secret: bytes) -> Person:
        """The same, as it may be kept: nobody who has no secret can try names against it."""
        words = frozenset(keyed(word, secret) for word in self.words)
        issuer = keyed(self.issuer, secret)
        return Person(words, self.scripts, keyed(self.birth, secret), self.sex, issuer)

    def to_dict(self) -> dict[str, Any]:
        """As JSON values; empty where nothing is said."""
        if not self.tells:
            return {}
        return {"words": sorted(self.words), "scripts": sorted(self.scripts), "birth": self.birth,
                "sex": self.sex, "issuer": self.issuer}  # fmt: skip

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Person:
        """Of what `to_dict` gave; raises KeyError, TypeError."""
        if not data:
            return cls()
        words, scripts = frozenset(data["words"]), frozenset(data["scripts"])
        return cls(words, scripts, data["birth"], data["sex"], data.get("issuer", ""))

    def is_same(self, other: Person) -> bool:
        """Whether name and what else both say are the same."""
        return bool(self.words) and self.words == other.words and not self.is_another(other)


NO_PERSON = Person()
_SHARED = (
    "One Patient ID stands for {count} people, told apart by name, birth date, sex or issuer; each "
    "counts as a patient of their own"
)
_NUMBERED = re.compile(r"(.+)-\d+")


def told_apart(patient: str, who: Person, known: Iterable[tuple[str, Person]]) -> str:
    """Which of the people under one hash this is: the hash, with a number from the second on.

    Two people are never one: who certainly is another than all that were met so far is a new one.

    Args:
        patient: the hash of the Patient ID as it is kept.
        who: as `Person.keyed` gives it.
        known: hash and person of those who are there already.
    """
    met = list(known)
    count, numbered = 1, patient
    while any(name == numbered and who.is_another(other) for name, other in met):
        count += 1
        numbered = f"{patient}-{count}"
    return numbered


def shared_ids(patients: Iterable[str]) -> list[str]:
    """A sentence on each Patient ID whose people `told_apart` has told apart."""
    numbered = (_NUMBERED.fullmatch(patient) for patient in set(patients))
    counts = Counter(match[1] for match in numbered if match)
    return [_SHARED.format(count=count + 1) for count in counts.values()]


@lru_cache(maxsize=256)
def person(name: str, birth: str = "", sex: str = "", issuer: str = "") -> Person:
    """What PatientName, PatientBirthDate, PatientSex and IssuerOfPatientID say.

    Example:
        >>> person("ROE^JANE", "19700305").is_another(person("Roe^Jane^Dr."))
        False
        >>> person("ROE^JANE").is_another(person("MILLER^JOHN"))
        True
    """
    words = name_words(name)
    birth = "".join(re.findall(r"\d", birth))
    birth = birth if len(birth) == 8 and birth not in _NO_BIRTHS else ""
    return Person(
        frozenset(map(hashed, words)),
        frozenset(map(_writing, words)),
        birth and hashed(birth),
        sex.strip().upper() if sex.strip().upper() in ("M", "F") else "",
        hashed(fold(issuer.strip())) if issuer.strip() else "",
    )


def name_words(name: str) -> list[str]:
    """The words of a person's name, folded: without accents, in one case; none of nobody's.

    Of scripts without letters each character is a word, since names are written with and without a
    break. Words with digits are numbers of cases.
    """
    words: list[str] = []
    for word in re.split(r"[\W_]+", fold(name)):
        if not word or word in NOBODY or word in _TITLES or re.search(r"\d", word):
            continue
        if script(word) != "alphabet":
            words += word
        elif len(word) > 1:
            words.append(word)
    return words


def fold(text: str) -> str:
    """Text to be compared: one width, one case, no accents.

    Example:
        >>> fold("MÜLLER ﾔﾏﾀﾞ")
        'muller ヤマタ'
    """
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    letters = "".join(c for c in apart if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", letters)


def script(word: str) -> str:
    """``alphabet``, or another kind of writing that has no letters or no breaks between words."""
    first = word[:1]
    if "぀" <= first <= "ヿ":
        return "kana"
    if "가" <= first <= "힣":
        return "hangul"
    if first >= "⺀":
        return "ideographs"
    return "unbroken" if "฀" <= first <= "࿿" or "ក" <= first <= "៿" else "alphabet"


def _writing(word: str) -> str:
    """As `script`, and of alphabets other than the Latin one which: Ivanov may be Иванов."""
    kind = script(word)
    if kind != "alphabet" or word.isascii():
        return kind
    name = unicodedata.name(word[0], "LATIN").split()[0].lower()
    return "alphabet" if name == "latin" else name


@lru_cache(maxsize=256)
def is_placeholder(patient_id: str) -> bool:
    """Whether a Patient ID is one that many people have.

    Example:
        >>> is_placeholder("ANONYMOUS"), is_placeholder("000000"), is_placeholder("4711")
        (True, True, False)
    """
    folded = fold(patient_id).strip()
    words = [word for word in re.split(r"[\W_\d]+", folded) if word]
    known = all(word in NOBODY for word in words) or "".join(words) in NOBODY
    named = bool(words) and not re.search(r"\d", folded) and known
    return named or _PLACEHOLDER.fullmatch(folded) is not None


def moment(day: str, time: str) -> float | None:
    """Seconds, comparable between images whose headers say as much; None where there is no time.

    Args:
        day: ``YYYYMMDD``; without it moments of one day only can be compared.
        time: ``HHMMSS.ffffff``.
    """
    match = re.match(r"(\d\d):?(\d\d):?(\d\d(?:\.\d+)?)", time)
    if match is None:
        return None
    seconds = int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])
    try:
        return date(int(day[:4]), int(day[4:6]), int(day[6:8])).toordinal() * 86400.0 + seconds
    except ValueError:
        return seconds


def hashed(word: str) -> str:
    """12 hex digits that stand for a word in memory; what is kept is `keyed`."""
    return hashlib.sha256(word.encode()).hexdigest()[:12]
