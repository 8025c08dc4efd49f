"""Tissues of the simulated patient: their label numbers and their MR parameters.

T1 and T2 are in milliseconds, proton density (PD) is relative to water. Several relaxation times
(fat, muscle, cartilage, joint fluid, blood, the cord's white matter) are numbers often quoted from
Gold et al. 2004 (AJR 183:343) and Stanisz et al. 2005 (Magn Reson Med 54:507), whose tables were
not at hand to check them; take them, as all the others, as set by hand: within commonly reported
ranges, so that the simulated contrast stands in the order that a fast spin echo shows (compact bone
and ligament dark).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Tissue(IntEnum):
    """Label numbers of the tissue map (``AxialCase.labels``)."""

    AIR = 0
    SKIN = 1
    FAT = 2
    MUSCLE = 3
    FASCIA = 4
    MARROW = 5
    CORTICAL = 6
    ANNULUS = 7
    NUCLEUS = 8
    LIGAMENT = 9
    EPIDURAL_FAT = 10
    CSF = 11
    WHITE_MATTER = 12
    GREY_MATTER = 13
    NERVE_ROOT = 14
    FLAVUM = 15
    VESSEL = 16
    AIRWAY = 17
    ORGAN = 18
    LUNG = 19
    CARTILAGE = 20
    JOINT_FLUID = 21
    DISC_LESION = 22
    BONE_LESION = 23
    TUMOUR = 24
    EPIDURAL = 25
    BOWEL = 26
    FLUID = 27
    DURA = 28
    MYELOPATHY = 29
    HAEMATOMA = 30
    METAL = 31
    BRAIN = 32


CORD = (Tissue.WHITE_MATTER, Tissue.GREY_MATTER, Tissue.MYELOPATHY)
SAC = (*CORD, Tissue.CSF, Tissue.NERVE_ROOT)
EXTRINSIC = (Tissue.DISC_LESION, Tissue.BONE_LESION, Tissue.TUMOUR, Tissue.FLAVUM)


@dataclass(frozen=True)
class Properties:
    """MR parameters of a tissue.

    Attributes:
        t1: longitudinal relaxation at 1.5 T and at 3 T, milliseconds.
        t2: transverse relaxation at 1.5 T and at 3 T, milliseconds.
        t2star: effective transverse relaxation of a gradient echo at 1.5 T, milliseconds.
        density: proton density relative to water.
        fat: share of the signal that comes from fat (0-1).
        texture: relative standard deviation of the signal inside of the tissue.
    """

    t1: tuple[float, float]
    t2: tuple[float, float]
    t2star: float
    density: float
    fat: float = 0.0
    texture: float = 0.05


PROPERTIES: dict[Tissue, Properties] = {
    Tissue.AIR: Properties((1.0, 1.0), (1.0, 1.0), 1.0, 0.0),
    Tissue.SKIN: Properties((800, 900), (35, 30), 15, 0.55),
    Tissue.FAT: Properties((288, 371), (165, 133), 45, 0.92, 1.0, 0.07),
    Tissue.MUSCLE: Properties((1008, 1412), (44, 40), 26, 0.85, 0.05, 0.2),
    Tissue.FASCIA: Properties((900, 1000), (45, 40), 15, 0.5, 0.3, 0.1),
    # Red and yellow marrow mixed: between fatty and water-rich marrow.
    Tissue.MARROW: Properties((420, 530), (86, 80), 12, 0.82, 0.45, 0.13),
    Tissue.CORTICAL: Properties((400, 400), (8, 6), 2, 0.12),
    Tissue.ANNULUS: Properties((900, 1000), (48, 42), 18, 0.52, 0.0, 0.08),
    Tissue.NUCLEUS: Properties((1100, 1200), (125, 110), 60, 0.82, 0.0, 0.07),
    Tissue.LIGAMENT: Properties((700, 800), (18, 15), 6, 0.35),
    Tissue.EPIDURAL_FAT: Properties((288, 371), (150, 125), 45, 0.85, 0.95, 0.06),
    Tissue.CSF: Properties((3800, 4200), (1600, 1300), 600, 1.0, 0.0, 0.03),
    Tissue.WHITE_MATTER: Properties((745, 993), (74, 72), 42, 0.70, 0.0, 0.03),
    Tissue.GREY_MATTER: Properties((900, 1060), (79, 76), 48, 0.80, 0.0, 0.03),
    Tissue.NERVE_ROOT: Properties((900, 1080), (76, 74), 40, 0.75),
    Tissue.FLAVUM: Properties((800, 900), (50, 45), 14, 0.55, 0.1, 0.06),
    Tissue.VESSEL: Properties((1441, 1932), (90, 80), 40, 0.15, 0.0, 0.3),
    Tissue.AIRWAY: Properties((1.0, 1.0), (1.0, 1.0), 1.0, 0.0),
    Tissue.ORGAN: Properties((700, 850), (55, 45), 28, 0.80, 0.05, 0.15),
    Tissue.LUNG: Properties((1200, 1300), (35, 30), 2, 0.18, 0.0, 0.3),
    Tissue.CARTILAGE: Properties((1060, 1240), (42, 37), 22, 0.65),
    Tissue.JOINT_FLUID: Properties((2850, 3620), (1210, 767), 200, 0.9),
    Tissue.DISC_LESION: Properties((1000, 1100), (58, 50), 20, 0.55, 0.0, 0.1),
    Tissue.BONE_LESION: Properties((500, 600), (26, 24), 5, 0.38, 0.2, 0.2),
    Tissue.TUMOUR: Properties((1100, 1300), (92, 82), 45, 0.82, 0.0, 0.16),
    Tissue.EPIDURAL: Properties((900, 1000), (75, 65), 30, 0.65, 0.3, 0.12),
    Tissue.BOWEL: Properties((800, 950), (70, 60), 20, 0.70, 0.2, 0.35),
    Tissue.FLUID: Properties((2800, 3200), (700, 600), 200, 0.95, 0.0, 0.1),
    Tissue.DURA: Properties((700, 800), (30, 26), 8, 0.40),
    Tissue.MYELOPATHY: Properties((1150, 1300), (125, 115), 60, 0.82, 0.0, 0.04),
    Tissue.HAEMATOMA: Properties((900, 1000), (120, 100), 30, 0.85, 0.0, 0.2),
    Tissue.METAL: Properties((1.0, 1.0), (1.0, 1.0), 1.0, 0.0),
    Tissue.BRAIN: Properties((850, 1080), (88, 82), 48, 0.76, 0.0, 0.04),
}
