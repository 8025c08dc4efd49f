"""What the name of a volume file says: weighting, fat suppression, region.

Only by whole words that mean them: a subject's code (``C12``, ``L5002``) is no anatomy, ``merged``
no sequence. A name that begins with ``sub-`` is read as BIDS defines it (bids-specification, "File
name structure"): the parts without a key are the suffix and what programs add behind it, and of the
entities only those that describe the acquisition count. ``space-T2w`` says in whose space an image
was put, not what it shows.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import zip_longest

_BOUNDARY = re.compile(r"[^A-Za-z0-9*]+|(?<=[a-z])(?=[A-Z])|(?<=[0-9])(?=[A-Z][a-z])")
# Entities whose value describes what was imaged; ``bp``, ``chunk`` and ``sequ`` as published spine
# data sets use them.
_DESCRIBING = ("acq", "rec", "desc", "bp", "bodypart", "chunk", "sequ", "seq")
_NO_MAGNITUDE = ("phase", "real", "imag")  # of the entity ``part``
_ENTITY = re.compile(r"([a-zA-Z]+)-(.+)")

_VIEW = r"(?:sag|sagittal|ax|axial|tra|cor)?"
_HOW = (
    r"(?:w|wi|weighted|tse|fse|frfse|se|haste|space|cube|vista|drive|dixon|spair|spir|fs|fatsat|"
    r"vibe|flash|mprage|flair|sag|sagittal|ax|axial|tra|cor)*"
)
_WEIGHTINGS = (
    ("STIR", re.compile(rf"{_VIEW}(?:t2)?(?:w)?(?:stir|tirm)")),
    ("T2*", re.compile(rf"{_VIEW}(?:t2\*|t2starw?|t2sw?|medic|mffe|swi)")),
    ("T2", re.compile(rf"{_VIEW}(?:inplane)?t2{_HOW}")),
    ("T1", re.compile(rf"{_VIEW}(?:inplane)?t1{_HOW}")),
    ("PD", re.compile(rf"{_VIEW}(?:pd{_HOW}|proton)")),
)
# Words behind a weighting that make a map of it: no image of that contrast.
_MAPS = {"map", "maps", "mapping", "relaxometry", "rho"}
_FAT = {"fs", "fatsat", "fatsup", "spair", "spir", "chess"}
_REGIONS = {
    "cervical": {
        "cervical", "cervico", "cervicale", "cervicales", "cervicaal", "cervikal", "cervikalt",
        "zervikal", "zervikale", "cerv", "cspine", "hws", "halswirbelsaule", "halswirbelsaeule",
    },
    "thoracic": {
        "thoracic", "thoraco", "dorso", "thoracique", "thoracale", "thoracaal", "thorakal",
        "thorakale", "torakal", "torakalt", "toracica", "toracico", "dorsal", "dorsale", "tspine", "bws",
        "brustwirbelsaule", "brustwirbelsaeule",
    },
    "lumbar": {
        "lumbar", "lumbo", "lumbaire", "lombaire", "lombare", "lumbal", "lumbale", "lumbaal",
        "lumbosacral", "lumbosacrale", "lumb", "lspine", "lsspine", "lws", "lendenwirbelsaule",
        "lendenwirbelsaeule",
    },
}  # fmt: skip
_SPINES = {"c": "cervical", "t": "thoracic", "th": "thoracic", "l": "lumbar", "ls": "lumbar"}


def weighting_of(name: str) -> str:
    """T1, T2, T2*, STIR, PD or unknown; unknown too where the name says several.

    Example:
        >>> weighting_of("sub-01_T2w_merged"), weighting_of("sub-01_space-T2w_T1w")
        ('T2', 'T1')
    """
    entities, plain = _parts(name)
    if entities.get("part", "").lower() in _NO_MAGNITUDE:
        return "unknown"
    words = _words(plain)
    weightings = {_weighting(word, following) for word, following in _pairs(words)} - {""}
    described = _words(_described(entities))
    if "STIR" in weightings | {_weighting(word, "") for word in described}:
        return "STIR"
    if weightings == {"T2", "T2*"} or (weightings == {"T2"} and {"gre", "megre"} & set(words)):
        return "T2*"
    # GE's sequence MERGE is T2*, and a file that was merged is anything.
    if weightings == {"T2"} and "merge" in words and not {"t2w", "t2wi"} & set(words):
        return "unknown"
    return weightings.pop() if len(weightings) == 1 else "unknown"


def fat_saturated_of(name: str) -> bool:
    """Whether the name says that fat is suppressed by its frequency."""
    entities, plain = _parts(name)
    words = _words(f"{plain} {_described(entities)}")
    return any(
        word in _FAT or re.fullmatch(r".*t[12].*(fs|spair|spir)", word) for word in words
    ) or (("fat", "sat") in _pairs(words))


def region_of(name: str) -> str:
    """Cervical, thoracic, lumbar or unknown; unknown too where the name says several.

    Example:
        >>> region_of("rachis_lombaire_T2"), region_of("C12_T2w"), region_of("T2 C-Spine")
        ('lumbar', 'unknown', 'cervical')
    """
    entities, plain = _parts(name)
    words = _words(f"{plain} {_described(entities)}")
    regions = {region for region, known in _REGIONS.items() if known & set(words)}
    regions |= {_SPINES[a] for a, b in _pairs(words) if a in _SPINES and b in ("spine", "sp")}
    return regions.pop() if len(regions) == 1 else "unknown"


def _parts(name: str) -> tuple[dict[str, str], str]:
    """The entities of a BIDS name and the rest; of any other name all is the rest."""
    if not name.startswith("sub-"):
        return {}, name
    entities, rest = {}, []
    for part in name.split("_"):
        entity = _ENTITY.fullmatch(part)
        if entity:
            entities[entity[1].lower()] = entity[2]
        else:
            rest.append(part)
    return entities, " ".join(rest)


def _described(entities: dict[str, str]) -> str:
    return " ".join(entities[key] for key in _DESCRIBING if key in entities)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return [word.lower() for word in _BOUNDARY.split(plain) if word]


def _pairs(words: list[str]) -> list[tuple[str, str]]:
    """Each word with the one behind it."""
    return list(zip_longest(words, words[1:], fillvalue=""))


def _weighting(word: str, following: str) -> str:
    if following in _MAPS:
        return ""
    if following == "star" and word == "t2":
        return "T2*"
    return next((name for name, pattern in _WEIGHTINGS if pattern.fullmatch(word)), "")
