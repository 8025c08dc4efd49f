"""Descriptions cleaned: only words that say region, plane, weighting or sequence are left."""

from __future__ import annotations

import re

_TEXT = """
    t1 t1w t2 t2w t2s pd pdw star stir tirm flair proton density weighted weighting w
    tse fse se ge gre ffe mffe tfe flash vibe space cube vista medic merge swi dwi adc dti epi
    trufi fiesta ciss ssfp dixon haste mprage me2d me3d tse2d tse3d 2d 3d ir irfse frfse
    fs fat sat fatsat fatsup spair spir chess ideal water
    ax axial tra trans transversal transverse sag sagittal cor coronal obl oblique
    localizer localiser loc scout survey calibration
    spine spinal column wirbelsaeule wirbelsäule ws whole total upper lower
    c t l s ls sp cspine tspine lspine lsspine cerv cervical cervicothoracic hws bws lws
    thorax thoracic thoracolumbar dorsal lumbar lumbosacral lumbo sacral sacrum
    neck cord canal disc discs disk disks vertebra vertebrae myelo myelography
    pre post contrast gd gad km mpr mip recon simulated mri mr
"""
WORDS = frozenset(_TEXT.split())
_LEVEL = re.compile(r"c[1-8]|t(?:h)?(?:1[0-2]|[1-9])|l[1-6]|s[1-5]", re.I)
_LONGEST_FIRST = sorted((word for word in WORDS if len(word) > 1), key=len, reverse=True)
_COMPOUND = re.compile(f"(?:{'|'.join(_LONGEST_FIRST)})+", re.I)
_TOKEN = re.compile(r"t2\s?\*|[^\W_]+", re.I)


def is_known(word: str) -> bool:
    """Whether a word says nothing but region, plane, weighting, sequence or level."""
    return (
        word.lower() in WORDS
        or word.endswith("*")
        or bool(_LEVEL.fullmatch(word) or _COMPOUND.fullmatch(word))
    )


def cleaned(text: str) -> str:
    """The text's known words in their order; empty where there is none.

    Example:
        >>> cleaned("t2_tse_SAG HWS Dr. Miller 2024-05-01")
        't2 tse SAG HWS'
    """
    return " ".join(word for word in _TOKEN.findall(text) if is_known(word))
