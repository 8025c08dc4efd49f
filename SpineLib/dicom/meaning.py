"""What a stack shows: plane, weighting, fat saturation, region.

The sequence's physics speaks first: descriptions are typed by people, copied between
protocols and translated. A description decides only where the physics leaves it open.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import ArrayLike

from SpineLib.dicom.header import ObjectHeader, Physics

# Axial blocks are angled to the disc; L5/S1 stands at up to 40° to the table. A plane beyond 45°
# is nearer to another one. Sagittal and coronal slices follow a scoliotic spine by less.
AXIAL_LIMIT, OTHER_LIMIT = 45.0, 30.0

# Spin echo, in ms. The usual rule is short TR < 500, long TR > 1500, short TE < 30, long TE > 90
# (IMAIOS e-MRI, "Signal weighting and sequence parameters"; Nitz & Reimer 1999, Eur Radiol
# 9:1032). Spine protocols stretch it: T1 turbo spin echo at 3 T has TR up to 1200; 3D T2 (SPACE,
# CUBE, VISTA) has TR from 1000 with TE above 100; T2 turbo spin echo has TE from 60 up.
T1_LONGEST_TR, T2_SHORTEST_TR = 1200.0, 1000.0
T1_LONGEST_TE, PD_LONGEST_TE, T2_SHORTEST_TE = 40.0, 60.0, 60.0
PD_SHORTEST_TR = 1500.0
# Inversion recovery: fat is nulled at ln 2 × its T1 (240–260 ms at 1.5 T), in practice 150–180 ms
# at 1.5 T, up to 260 ms at 3 T and 80 ms at low field (Bydder & Young 1985, J Comput Assist
# Tomogr 9:659). T1 FLAIR and MPRAGE invert at 400 to 1400 ms; above that fluid is nulled
# (FLAIR, 2000–2500 ms), which is no T2 contrast around the cord.
STIR_TI = (60.0, 320.0)
T1_INVERSION_TI = (400.0, 1400.0)
# Gradient echo: spine T2* (MEDIC, MERGE, mFFE) runs at TE 9–30 ms and small angles; spoiled T1
# (FLASH, VIBE, T1-FFE) below TE 8 ms.
T2STAR_SHORTEST_TE, GRADIENT_T1_LONGEST_TE = 9.0, 8.0

_GRADIENT_NAMES = re.compile(
    r"^\*?(fl\d|me\d|fi\d|tfl|gre|ffe|t1ffe|t1tfe|t2ffe|tfe|b?ffe|bffe)", re.I
)
_STEADY_NAMES = re.compile(r"^\*?(tfi|ci3d|b-?ffe|fiesta|ssfp|de3d)", re.I)
_PLANAR_NAMES = re.compile(r"^\*?(ep|feepi|dwi|epi)", re.I)
_CONTRASTS = {
    "T1": "T1",
    "T2": "T2",
    "T2_STAR": "T2*",
    "STIR": "STIR",
    "PROTON_DENSITY": "PD",
}
# Values of Image Type that say phase, real or imaginary part, or a computed map.
_NO_MAGNITUDE = {
    "P", "PHASE", "PHASE MAP", "R", "REAL", "I", "IMAGINARY", "MIXED", "B0", "ADC", "FA",
    "DIFFUSION", "TRACEW", "T1 MAP", "T2 MAP", "T2_STAR_MAP", "VELOCITY", "CBF", "PERFUSION",
}  # fmt: skip
_DESCRIBED = (
    ("STIR", re.compile(r"stir|tirm|short.?tau", re.I)),
    (
        "T2*",
        re.compile(
            r"t2\s*\*|t2[ _-]?star|t2s\b|(?<![a-z])(medic|merge|swi)(?![a-z])|mffe|m-ffe", re.I
        ),
    ),
    ("T2", re.compile(r"(?<![a-z0-9])t2", re.I)),
    ("T1", re.compile(r"(?<![a-z0-9])t1", re.I)),
    ("PD", re.compile(r"(?<![a-z])(pd|proton)", re.I)),
)
_FAT_DESCRIBED = re.compile(
    r"(?<![a-z])fs(?![a-z])|fat.?sat|fatsup|spair|spir(?![a-z])|chess|(?<![a-z])dixon.*[_ ]w(?![a-z])",
    re.I,
)
# Defined terms of PS3.16 Annex L that name one region.
_BODY_PARTS = {"CSPINE": "cervical", "TSPINE": "thoracic", "LSPINE": "lumbar", "LSSPINE": "lumbar"}
_REGIONS = (
    ("cervical", re.compile(r"[cz]ervi[ck]|(?<![a-z])cerv(?![a-z])|hws|halswirbel|(?<![a-z])c[ _-]?(spine|sp)(?![a-z])|(?<![a-z])c1(?!\d)", re.I)),
    ("thoracic", re.compile(r"thora|tor[aá][ck]|dors(al|o)|bws|brustwirbel|(?<![a-z])t[ _-]?(spine|sp)(?![a-z])", re.I)),
    ("lumbar", re.compile(r"(?<!co)lumb|lomba|lws|lendenwirbel|(?<![a-z])ls?[ _-]?(spine|sp)(?![a-z])|(?<![a-z])l5(?!\d)", re.I)),
)  # fmt: skip

# Thoracic and lumbar at once, as in "T/L spine".
_SEVERAL = re.compile(r"(?<![a-z])[ctl]\s?[/&+-]\s?[ctl]s?[ _-]?(spine|sp)(?![a-z])", re.I)


def plane(normal: ArrayLike) -> str:
    """The plane of slices with this normal in RAS (its sign does not matter).

    Returns:
        ``axial`` up to 45° from the table's axis, ``sagittal`` or ``coronal`` up to 30° from
        theirs, else ``oblique``.

    Example:
        >>> plane([0, 0.64, 0.77])
        'axial'
    """
    vector = np.abs(np.asarray(normal, dtype=np.float64))
    vector = vector / np.linalg.norm(vector)
    axis = int(vector.argmax())
    angle = float(np.degrees(np.arccos(min(vector[axis], 1.0))))
    limit = AXIAL_LIMIT if axis == 2 else OTHER_LIMIT
    return ("sagittal", "coronal", "axial")[axis] if angle <= limit + 1e-6 else "oblique"


def weighting(physics: Physics, *texts: str) -> str:
    """T1, T2, T2*, STIR, PD or unknown: by the physics, else by the texts in their order."""
    if _is_other(physics):
        return "unknown"
    by_physics = _by_physics(physics) or _CONTRASTS.get(physics.acquisition_contrast, "")
    if by_physics:
        return by_physics
    return described_weighting(*texts)


def described_weighting(*texts: str) -> str:
    """T1, T2, T2*, STIR, PD or unknown, by the first text that names one."""
    for text in texts:
        for name, pattern in _DESCRIBED:
            if pattern.search(text):
                return name
    return "unknown"


def fat_saturated(physics: Physics, *texts: str) -> bool:
    """Whether fat is suppressed by its frequency (not by inversion: that is STIR)."""
    if {"FS", "PFS", "FATSAT", "SPIR", "SPAIR"} & set(physics.scan_options):
        return True
    if physics.fat_suppression in ("FAT", "FAT_AND_WATER"):
        return True
    return described_fat_saturation(*texts)


def described_fat_saturation(*texts: str) -> bool:
    """Whether a text names frequency-selective fat suppression."""
    return any(_FAT_DESCRIBED.search(text) for text in texts)


def region(source: ObjectHeader) -> str:
    """Cervical, thoracic, lumbar or unknown: by the body part, else by the descriptions."""
    body = re.sub(r"[^A-Z]", "", source.body_part.upper())
    if body in _BODY_PARTS:
        return _BODY_PARTS[body]
    return described_region(
        source.body_part,
        source.series_description,
        source.protocol_name,
        source.study_description,
    )


def described_region(*texts: str) -> str:
    """Cervical, thoracic, lumbar or unknown, by the first text that names exactly one."""
    for text in texts:
        if _SEVERAL.search(text):
            continue
        regions = [name for name, pattern in _REGIONS if pattern.search(text)]
        if len(regions) == 1:
            return regions[0]
    return "unknown"


def _is_other(physics: Physics) -> bool:
    """Whether the pixels are no plain magnitude: diffusion, perfusion, phase, a map."""
    if physics.b_value or physics.acquisition_contrast in ("DIFFUSION", "PERFUSION"):
        return True
    return bool(_NO_MAGNITUDE & set(physics.image_type))


def _by_physics(physics: Physics) -> str:
    sequence, name = set(physics.scanning_sequence), physics.sequence_name
    echo, repetition = physics.echo_time, physics.repetition_time
    if "EP" in sequence or _PLANAR_NAMES.match(name) or echo is None:
        return ""
    inversion = physics.inversion_time if "IR" in sequence or not sequence else None
    if "IR" in sequence and not inversion:
        return ""
    if inversion and STIR_TI[0] <= inversion <= STIR_TI[1]:
        return "STIR" if "GR" not in sequence else ""
    if inversion and T1_INVERSION_TI[0] <= inversion <= T1_INVERSION_TI[1]:
        return "T1" if echo < T1_LONGEST_TE else ""
    if inversion and inversion > T1_INVERSION_TI[1]:
        return ""
    gradient = "GR" in sequence or bool(_GRADIENT_NAMES.match(name))
    if gradient and "SE" not in sequence:
        return _gradient_echo(physics, echo)
    return _spin_echo(echo, repetition)


def _gradient_echo(physics: Physics, echo: float) -> str:
    steady = "SS" in physics.sequence_variant and "SP" not in physics.sequence_variant
    short = physics.repetition_time is not None and physics.repetition_time < 30.0
    if (steady and short) or _STEADY_NAMES.match(physics.sequence_name):
        return ""  # balanced steady state (CISS, FIESTA): T2 over T1, neither of the names
    if echo >= T2STAR_SHORTEST_TE:
        return "T2*"
    return "T1" if echo < GRADIENT_T1_LONGEST_TE and physics.flip_angle != 0 else ""


def _spin_echo(echo: float, repetition: float | None) -> str:
    if echo >= T2_SHORTEST_TE:
        return "T2" if repetition is None or repetition >= T2_SHORTEST_TR else ""
    if repetition is None:
        return ""
    if echo < T1_LONGEST_TE and repetition <= T1_LONGEST_TR:
        return "T1"
    return "PD" if echo < PD_LONGEST_TE and repetition >= PD_SHORTEST_TR else ""
