"""A patient: one spine with its canal, its disease and its soft tissues, from a seed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.simulate.artefacts import OPERATED, Jet, Metal, draw_jets, draw_metal
from SpineLib.simulate.lesions import Canal, Disease, Lobe, Sections
from SpineLib.simulate.lumbar_disease import add_lumbar_disease, slipped
from SpineLib.simulate.metastases import grow_metastases
from SpineLib.simulate.morphometry import LEVELS, MEAN, REGIONS, levels_of
from SpineLib.simulate.spine import Spine, build_spine
from SpineLib.simulate.tissues import Tissue

SEXES = ("female", "male")
AGES = {"none": (20, 75), "degenerative": (40, 85), "metastatic": (40, 85)}  # years, by hand
DISEASES = ("none", "degenerative", "metastatic")


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
    everyday: bool = False,
    sex: str | None = None,
    age: float | None = None,
    variant: str | None = None,
) -> Patient:
    """A random patient whose disease stands in ``region``.

    Age drives the wear of the discs (and so their height, their signal and how many bulge), the
    depth of the neck's bodies and the fatty wasting of the back's muscles; sex drives the bodies'
    sizes (`SpineLib.simulate.spine.build_spine`).

    Args:
        rng: the source of chance.
        region, disease: of `SpineLib.simulate.morphometry.REGIONS` and `DISEASES`.
        held_out: another population than training's, see `_other_shapes` and `build_spine`.
        everyday: cords and canals of more shapes, see `_more_shapes` and `Canal`.
        sex: one of `SEXES`; by chance if not given.
        age: years, 18-100; by chance, from `AGES`, if not given.
        variant: of `SpineLib.simulate.spine.VARIANTS`; by chance if not given.

    Raises:
        BadInput: a region, disease, sex or variant without such a name, or an age outside of
            18-100.
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
    spine = build_spine(
        rng, held_out=held_out, variant=variant, sex=sex, age=age, narrowing=narrowing
    )
    step: list[Lobe] = []
    slips: dict[int, float] = {}
    if region == "lumbar" and disease == "degenerative" and rng.random() < 0.2:
        spine, step, slips = slipped(rng, spine)
    tight = 0.3 if everyday else 0.12
    narrow = rng.uniform(0.84, 0.92) if rng.random() < tight else rng.uniform(0.95, 1.05)
    if everyday:
        _more_shapes(person, spine)
    canal = _canal_of(spine, rng, narrow, everyday=everyday)
    make = {"none": _healthy, "degenerative": _degenerative, "metastatic": grow_metastases}[disease]
    drawn = Disease(disease, [], [], degeneration, narrowing)
    sick = make(rng, spine, canal, region, drawn)
    if held_out:
        sick.lobes = [_other_shapes(person, lobe) for lobe in sick.lobes]
    sick.lobes += step
    sick.slips = slips
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
        metal=draw_metal(person, spine, canal, levels_of(region)) if operated else [],
        jets=draw_jets(person, spine, canal, region),
    )


def _canal_of(spine: Spine, rng: np.random.Generator, narrow: float, *, everyday: bool) -> Canal:
    """A canal of a share of the usual depth, or as narrow as holds a large cord."""
    while True:
        try:
            return Canal(spine, rng, narrow, everyday=everyday)
        except BadInput:
            if narrow >= 1:
                raise
            narrow = min(1.0, narrow + 0.02)


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


def _more_shapes(rng: np.random.Generator, spine: Spine) -> None:
    """Changes the cord in place: flatter and wider, or rounder, than the mean; by hand."""
    spine.sizes.cord_ap[:] *= rng.uniform(0.88, 1.06)
    spine.sizes.cord_width[:] *= rng.uniform(0.95, 1.15)
    # Cords of young adults have up to a third more area than the mean (the grey matter challenge's).
    larger = rng.spawn(1)[0].uniform(0.97, 1.16)
    spine.sizes.cord_ap[:] *= larger
    spine.sizes.cord_width[:] *= larger


def _other_shapes(rng: np.random.Generator, lobe: Lobe) -> Lobe:
    """A hill of a form that training never saw: more peaked, or flatter and with steeper walls.

    Training's powers are 1.7 to 6.5 (`SpineLib.simulate.lesions.vary`).
    """
    return replace(
        lobe,
        power=float(rng.choice([1.4, 8.0])),
        width=lobe.width * float(rng.uniform(0.7, 1.4)),
        length=lobe.length * float(rng.uniform(0.7, 1.6)),
        offset=float(rng.normal(0, 1.2)),
    )


def _healthy(
    rng: np.random.Generator, spine: Spine, canal: Canal, region: str, drawn: Disease
) -> Disease:
    age = float(drawn.degeneration.mean())
    for level in levels_of(region):
        if rng.random() < 0.25 + 0.5 * age:  # bulges that leave the cord alone
            drawn.lobes.append(_bulge(rng, spine, canal, level, rng.uniform(-0.9, -0.05)))
    return drawn


def _bulge(
    rng: np.random.Generator, spine: Spine, canal: Canal, level: int, contact: float
) -> Lobe:
    """A disc lesion whose ``contact`` is a share of the CSF in front (< 0) or mm into the cord."""
    s = spine.disc(level)
    kind = rng.choice(["bulge", "protrusion", "bar"])
    side = rng.normal(0, 0.25) if kind == "bulge" else rng.normal(0, 0.6)
    angle = float(np.clip(side, -0.9, 0.9))
    free = canal.room(angle, s)
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


def _degenerative(
    rng: np.random.Generator, spine: Spine, canal: Canal, region: str, drawn: Disease
) -> Disease:
    lobes, myelopathy = drawn.lobes, drawn.myelopathy
    levels = list(levels_of(region))
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
        free = canal.room(0.0, s)
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
    return drawn


def _squeeze(
    rng: np.random.Generator, spine: Spine, canal: Canal, level: int, angle: float
) -> Lobe:
    """Thick ligament or joint that takes most of the CSF and leaves the cord alone."""
    s = spine.disc(level)
    free = canal.room(float(angle), s)
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
        free = canal.room(angle, s)
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
