"""A patient: one spine with its canal, its disease and its soft tissues, from a seed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.simulate.artefacts import OPERATED, Jet, Metal, draw_jets, draw_metal
from SpineLib.simulate.lesions import BoneLesion, Canal, Disease, Lobe, Sections, fragment
from SpineLib.simulate.lumbar_disease import add_lumbar_disease, slipped
from SpineLib.simulate.morphometry import LEVELS, MEAN
from SpineLib.simulate.spine import Spine, build_spine
from SpineLib.simulate.tissues import Tissue

SEXES = ("female", "male")
AGES = {"none": (20, 75), "degenerative": (40, 85), "metastatic": (40, 85)}  # years, by hand
DISEASES = ("none", "degenerative", "metastatic")
REGIONS = {"cervical": ("C2", "T1"), "thoracic": ("T1", "T12"), "lumbar": ("T12", "S1")}


@dataclass(frozen=True)
class Patient:
    """Everything that the scanner can see.

    Attributes:
        spine, canal, disease, sections: see their classes.
        seed: chance of all that is not in the others (texture, muscles' shapes).
        fat: thickness of the fat under the skin as a share of the mean.
        muscle: size of the muscles as a share of the mean.
        planes: thickness of the fat between muscles as a share of the mean.
        marrow: signal of the marrow as a share of the mean (yellow or red).
        atrophy: how fatty the deep back muscles are, 0-1.
        sex: one of `SEXES`.
        age: years.
        metal: screws or a cage.
        jets: where CSF flows so fast that a spin echo loses its signal.
    """

    spine: Spine
    canal: Canal
    disease: Disease
    sections: Sections
    seed: int
    fat: float
    muscle: float
    planes: float
    marrow: float
    atrophy: float
    sex: str = "female"
    age: float = 50.0
    metal: list[Metal] = field(default_factory=list)
    jets: list[Jet] = field(default_factory=list)

    def fields(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Three smooth random fields of unit deviation at RAS points; [3, ...] of [..., 3].

        Sums of plane waves with wavelengths of 16-70 mm: they make the shapes of soft tissue and
        bone uneven, and the same in every image of the patient.
        """
        rng = np.random.default_rng((self.seed, 11))
        waves = 20
        k = rng.standard_normal((3, waves, 3))
        k *= 2 * np.pi / (np.linalg.norm(k, axis=-1, keepdims=True) * rng.uniform(
            16, 70, (3, waves, 1)))  # fmt: skip
        phase = rng.uniform(0, 2 * np.pi, (3, waves))
        return np.stack(
            [np.cos(points @ k[n].T + phase[n]).sum(-1) * np.sqrt(2 / waves) for n in range(3)]
        )


def build_patient(
    rng: np.random.Generator,
    region: str,
    disease: str,
    *,
    held_out: bool = False,
    sex: str | None = None,
    age: float | None = None,
) -> Patient:
    """A random patient whose disease stands in ``region``.

    Age drives the wear of the discs (and so their height, their signal and how many bulge), the
    depth of the neck's bodies and the fatty wasting of the back's muscles; sex drives the bodies'
    sizes (`SpineLib.simulate.spine.build_spine`).

    Args:
        rng: the source of chance.
        region, disease: of `REGIONS` and `DISEASES`.
        held_out: another population than training's, see `_other_shapes` and `build_spine`.
        sex: one of `SEXES`; by chance if not given.
        age: years, 18-100; by chance, from `AGES`, if not given.

    Raises:
        BadInput: a region, disease or sex without such a name, or an age outside of 18-100.
    """
    if region not in REGIONS:
        raise BadInput(f"There is no region {region!r}", advice=f"Use one of {', '.join(REGIONS)}.")
    if disease not in DISEASES:
        raise BadInput(
            f"There is no disease {disease!r}", advice=f"Use one of {', '.join(DISEASES)}."
        )
    if sex is not None and sex not in SEXES:
        raise BadInput(f"There is no sex {sex!r}", advice=f"Use one of {', '.join(SEXES)}.")
    if age is not None and not 18 <= age <= 100:
        raise BadInput(f"The spine is an adult's: {age} years is not from 18 to 100")
    person = rng.spawn(1)[0]
    drawn_sex, drawn_age = str(person.choice(SEXES)), float(person.uniform(*AGES[disease]))
    sex, age = sex or drawn_sex, drawn_age if age is None else float(age)
    degeneration, narrowing = _worn(rng, disease, age)
    spine = build_spine(rng, held_out=held_out, sex=sex, age=age, narrowing=narrowing)
    step: list[Lobe] = []
    if region == "lumbar" and disease == "degenerative" and rng.random() < 0.2:
        spine, step = slipped(rng, spine)
    narrow = rng.uniform(0.84, 0.92) if rng.random() < 0.12 else rng.uniform(0.95, 1.05)
    canal = Canal(spine, rng, narrow)
    make = {"none": _healthy, "degenerative": _degenerative, "metastatic": _metastatic}[disease]
    sick = make(rng, spine, canal, region, Disease(disease, [], [], degeneration, narrowing))
    if held_out:
        sick.lobes = [_other_shapes(person, lobe) for lobe in sick.lobes]
    sick.lobes += step
    if region == "lumbar":
        add_lumbar_disease(rng, spine, canal, sick)
    operated = disease != "none" and person.random() < OPERATED
    return Patient(
        spine=spine,
        canal=canal,
        disease=sick,
        sections=Sections(spine, canal, sick.lobes),
        seed=int(rng.integers(2**31)),
        fat=float(np.exp(rng.normal(0, 0.45 if held_out else 0.35))),
        muscle=float(np.clip(rng.normal(1, 0.09), 0.75, 1.25)),
        planes=float(np.exp(rng.normal(0, 0.4))),
        marrow=float(np.exp(rng.normal(0, 0.22))),
        atrophy=float(np.clip(rng.beta(1.3, 4) * (0.4 + age / 85), 0, 1)),
        sex=sex,
        age=age,
        metal=draw_metal(person, spine, canal, _levels(region)) if operated else [],
        jets=draw_jets(person, spine, canal, region),
    )


def _levels(region: str) -> range:
    first, last = REGIONS[region]
    return range(LEVELS.index(first), LEVELS.index(last))


def _years(age: float) -> float:
    """Adult life as a share: 0 at 20 years, 1 at 85."""
    return float(np.clip((age - 20) / 65, 0, 1))


def _worn(
    rng: np.random.Generator, disease: str, age: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each disc's degeneration (0-1) and the share of its height that is left; set by hand."""
    mean, growth, spread = {
        "none": (0.12, 0.6, 0.15), "degenerative": (0.3, 0.5, 0.22), "metastatic": (0.15, 0.5, 0.2),
    }[disease]  # fmt: skip
    degeneration = np.clip(rng.normal(mean + growth * _years(age), spread, len(LEVELS)), 0, 1)
    steep, least = (0.6, 0.35) if disease == "degenerative" else (0.5, 0.5)
    return degeneration, np.clip(1.1 - steep * degeneration, least, 1)


def _other_shapes(rng: np.random.Generator, lobe: Lobe) -> Lobe:
    """A hill of a form that training never saw: peaked or flat, narrow or broad, off its axis.

    Training's powers are 2 to 6 and its hills stand on their axis.
    """
    return replace(
        lobe,
        power=float(rng.choice([1.4, 8.0])),
        width=lobe.width * float(rng.uniform(0.7, 1.4)),
        length=lobe.length * float(rng.uniform(0.7, 1.6)),
        offset=float(rng.normal(0, 1.2)),
    )


def _healthy(
    rng: np.random.Generator, spine: Spine, canal: Canal, region: str, found: Disease
) -> Disease:
    age = float(found.degeneration.mean())
    for level in _levels(region):
        if rng.random() < 0.25 + 0.5 * age:  # bulges that leave the cord alone
            found.lobes.append(_bulge(rng, spine, canal, level, rng.uniform(-0.9, -0.05)))
    return found


def _bulge(
    rng: np.random.Generator, spine: Spine, canal: Canal, level: int, contact: float
) -> Lobe:
    """A disc lesion whose ``contact`` is a share of the CSF in front (< 0) or mm into the cord."""
    s = spine.disc(level)
    kind = rng.choice(["bulge", "protrusion", "bar"])
    side = rng.normal(0, 0.25) if kind == "bulge" else rng.normal(0, 0.6)
    angle = float(np.clip(side, -0.9, 0.9))
    free = _room(canal, angle, s)
    depth = free[0] + free[1] * (1 + contact) if contact <= 0 else sum(free) + contact
    height = MEAN.disc[level]  # from corner to corner: spurs stay where the disc has thinned
    width = {"bulge": rng.uniform(8, 12), "protrusion": rng.uniform(3.5, 6), "bar": 9.0}[kind]
    return Lobe(
        angle=angle,
        s=s + rng.normal(0, 0.6),
        depth=float(depth),
        width=float(width * canal.width(s) / 24),
        length=height * {"bulge": 0.9, "protrusion": 1.2, "bar": 1.4}[kind] + rng.uniform(0, 2.5),
        power=float(rng.choice([2.0, 2.0, 3.0, 4.0])),
        tissue=Tissue.BONE_LESION if kind == "bar" else Tissue.DISC_LESION,
    )


def _room(canal: Canal, angle: float, s: float) -> tuple[float, float]:
    """Millimetres of epidural space and of CSF across ``angle`` at ``s``."""
    cord = np.hypot(
        canal.cord_width(s) / 2 * np.sin(angle), canal.cord_ap(s) / 2 * np.cos(angle)
    ) + canal.cord_v(s) * np.cos(angle)
    sac = canal.sac_reach(angle, s)
    cord = max(float(cord), 0.4 * float(sac))  # below the conus: the bundle of roots
    return float(canal.wall(angle, s) - sac), max(float(sac) - cord, 0.0)


def _degenerative(
    rng: np.random.Generator, spine: Spine, canal: Canal, region: str, found: Disease
) -> Disease:
    lobes, myelopathy = found.lobes, found.myelopathy
    levels = list(_levels(region))
    weights = np.array(
        [2.0 if LEVELS[n] in ("C4", "C5", "C6", "L3", "L4") else 1.0 for n in levels]
    )
    count = int(rng.choice([1, 2, 3, 4, 5], p=[0.07, 0.18, 0.25, 0.3, 0.2]))
    if region == "thoracic":  # neighbours wear together, so that a stack of 80 mm meets several
        count += 2
        focus = rng.uniform(levels[2], levels[-2])
        weights = np.exp(-0.5 * ((np.array(levels) - focus) / 1.6) ** 2) + 1e-6
    hit = set(rng.choice(levels, min(count, len(levels)), False, weights / weights.sum()).tolist())
    for level in levels:
        s = spine.disc(level)
        if level in hit:
            contact = rng.uniform(1.0, 5.5)
            lobe = _bulge(rng, spine, canal, level, contact)
            if region == "thoracic":  # broad-based: they creep along the body; by hand
                lobe = replace(lobe, length=lobe.length * float(rng.uniform(1.2, 1.9)))
            lobes.append(lobe)
            if rng.random() < 0.6:
                lobes += _flavum(rng, spine, canal, level, rng.uniform(-0.4, 2.2))
            if contact > 2.0 and rng.random() < 0.5:
                myelopathy.append((s + rng.normal(0, 2), rng.uniform(3, 9)))
        elif rng.random() < 0.25:  # Kang's grade 1: CSF squeezed out all around, cord untouched
            lobes.append(_bulge(rng, spine, canal, level, rng.uniform(-0.35, -0.02)))
            for side in (-1, 1):
                lobes.append(_squeeze(rng, spine, canal, level, side * rng.uniform(0.9, 1.5)))
                lobes.append(_squeeze(rng, spine, canal, level, np.pi - side * 0.7))
        elif rng.random() < 0.6:
            lobes.append(_bulge(rng, spine, canal, level, rng.uniform(-0.9, 0.3)))
            if rng.random() < 0.5:
                lobes += _flavum(rng, spine, canal, level, rng.uniform(-0.9, 0.2))
    if region == "cervical" and rng.random() < 0.12:
        level = int(rng.choice(levels[1:-1]))
        s, span = float(spine.center[level]), rng.uniform(14, 34)
        free = _room(canal, 0.0, s)
        lobes.append(
            Lobe(
                angle=float(rng.normal(0, 0.2)),
                s=s,
                depth=sum(free) + rng.uniform(-1.0, 2.5),
                width=rng.uniform(4, 8),
                length=span / 2,
                power=6.0,
                tissue=Tissue.BONE_LESION,
            )
        )
    return found


def _squeeze(
    rng: np.random.Generator, spine: Spine, canal: Canal, level: int, angle: float
) -> Lobe:
    """Thick ligament or joint that takes most of the CSF and leaves the cord alone."""
    s = spine.disc(level)
    free = _room(canal, float(angle), s)
    depth = free[0] + free[1] * rng.uniform(0.5, 0.9)
    return Lobe(float(angle), s, float(depth), rng.uniform(5, 8), rng.uniform(4, 7), 4.0,
                tissue=Tissue.FLAVUM)  # fmt: skip


def _flavum(
    rng: np.random.Generator, spine: Spine, canal: Canal, level: int, contact: float
) -> list[Lobe]:
    lobes = []
    s = spine.disc(level) - 1.0
    for side in (-1, 1) if rng.random() < 0.8 else (int(rng.choice([-1, 1])),):
        angle = float(np.pi - side * rng.uniform(0.45, 0.95))
        free = _room(canal, angle, s)
        depth = free[0] + free[1] * (1 + contact) if contact <= 0 else sum(free) + contact
        lobes.append(
            Lobe(
                angle,
                s,
                float(depth * rng.uniform(0.9, 1.05)),
                rng.uniform(4.5, 7.5),
                rng.uniform(4, 7),
                2.0,
                tissue=Tissue.FLAVUM,
            )
        )
    return lobes


FRACTURED = 0.25  # share of the vertebrae with a metastasis that have lost height, by hand
GRADES = ("0", "1a", "1b", "1c", "2", "3")


def _metastatic(
    rng: np.random.Generator, spine: Spine, canal: Canal, region: str, disease: Disease
) -> Disease:
    levels = list(_levels(region))
    count = int(rng.choice([1, 2, 3, 4], p=[0.2, 0.35, 0.3, 0.15]))
    for level in rng.choice(levels, min(count, len(levels)), replace=False).tolist():
        grade = str(rng.choice(GRADES, p=[0.08, 0.10, 0.12, 0.18, 0.37, 0.15]))
        _grow(rng, spine, canal, disease, int(level), grade)
        if level > 0 and rng.random() < FRACTURED:
            disease.collapse[int(level)] = float(rng.uniform(0.12, 0.5))
            if grade != "0" and disease.collapse[int(level)] > 0.25:
                # The wall is full of tumour, which is what the grades ask for.
                disease.lobes.append(fragment(spine, canal, rng, int(level), Tissue.TUMOUR))
    for level in levels:
        if rng.random() < 0.3:
            _bone(rng, spine, disease, level, rng.uniform(3, 8))
    return disease


def _bone(
    rng: np.random.Generator, spine: Spine, disease: Disease, level: int, radius: float
) -> None:
    sizes = spine.sizes
    depth, width = sizes.depth[level], sizes.width[level]
    v = sizes.canal_ap[level] / 2 + depth * rng.uniform(0.2, 0.8)
    at = float(spine.center[level] + rng.normal(0, 2))
    radii = tuple(float(radius * rng.uniform(0.7, 1.4)) for _ in range(3))
    disease.bone.append(BoneLesion(float(rng.uniform(-0.3, 0.3) * width), float(v), at, radii))  # type: ignore[arg-type]


def add_metastasis(
    rng: np.random.Generator,
    spine: Spine,
    canal: Canal,
    disease: Disease,
    level: int,
    grade: str,
) -> None:
    """Adds a tumour of a vertebra whose worst slice is meant to be of Bilsky ``grade``.

    Args:
        rng: the source of chance.
        spine, canal: whose vertebra it is.
        disease: what the tumour is added to.
        level: index of `LEVELS`.
        grade: one of `GRADES`.

    Raises:
        BadInput: no such grade; no such vertebra; or a grade that tells of the cord (1c, 2, 3)
            where no cord is.
    """
    if grade not in GRADES:
        raise BadInput(
            f"There is no Bilsky grade {grade!r}", advice=f"Use one of {', '.join(GRADES)}."
        )
    if not 0 < level <= LEVELS.index("L5"):
        raise BadInput("Tumours grow in the vertebrae from C2 to L5")
    if grade in ("1c", "2", "3") and spine.center[level] < spine.conus:
        raise BadInput(
            f"The cord ends above {LEVELS[level]}: there is no Bilsky grade {grade} there",
            advice="Use grade 0, 1a or 1b, or a higher vertebra.",
        )
    _grow(rng, spine, canal, disease, level, grade)


def _grow(
    rng: np.random.Generator, spine: Spine, canal: Canal, disease: Disease, level: int, grade: str
) -> None:
    """A tumour in bone and, from grade 1a on, its lobes in the canal."""
    s = float(spine.center[level] + rng.normal(0, 2))
    sizes = spine.sizes
    half = sizes.canal_ap[level] / 2
    for _ in range(int(rng.integers(1, 3))):
        _bone(rng, spine, disease, level, rng.uniform(0.35, 0.6) * sizes.depth[level])
    if grade == "0":
        return
    side = int(rng.choice([-1, 1]))
    patterns = {
        "curtain": [side * 0.55, -side * 0.55],
        "front": [side * rng.uniform(0, 0.5)],
        "lateral": [side * rng.uniform(0.8, 1.5)],
        "back": [np.pi - side * rng.uniform(0, 0.8)],
        "ring": (np.arange(7) * 2 * np.pi / 7 + rng.normal(0, 0.12, 7)).tolist(),
    }
    names = ["ring"] if grade == "3" else ["curtain", "front", "lateral", "back"]
    weights = [1.0] if grade == "3" else [0.35, 0.25, 0.25, 0.15]
    angles = patterns[str(rng.choice(names, p=weights))]
    length = rng.uniform(0.55, 1.1) * sizes.height[level]
    tissue = Tissue.TUMOUR
    for angle in angles:
        gap, csf = _room(canal, float(angle), s)
        depth = {
            "1a": gap * rng.uniform(0.45, 0.95),
            "1b": gap + csf * rng.uniform(0.2, 0.75),
            "1c": gap + csf + rng.uniform(0.1, 0.7),
            "2": gap + csf + rng.uniform(2.0, 4.6),
            "3": gap + csf + rng.uniform(0.9, 1.9),
        }[grade]
        disease.lobes.append(
            Lobe(
                float(angle), s, float(depth), rng.uniform(5.5, 9) + 3 * (grade == "3"), float(length), 4.0,
                tissue=tissue,
            )
        )  # fmt: skip
    u, v = half * 1.5 * np.sin(angles[0]), (half + 4) * np.cos(angles[0])
    radii = tuple(float(r) for r in rng.uniform(5, 10, 3))
    disease.bone.append(BoneLesion(float(u * 1.3), float(v), s, radii))  # type: ignore[arg-type]
