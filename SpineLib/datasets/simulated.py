"""The simulator as a source of labelled data: ``simulated:thoracic-metastatic:standard:200:7``.

The parts are the region and disease, the profile, how many patients, and the first seed (0 where it
is left out). ``lesions-`` or ``search-`` before the region draws parts of studies
(`SpineLib.datasets.draws`); ``outlines-`` gives the canal's surroundings with the outlines of cord
and dural sac; ``sacrum-`` gives lumbar volumes in which the sacrum has a number too,
for networks that learn it; ``whole-`` gives whole spines with the name of every vertebra. Cases are simulated once and then read from disk; the files are
named by the simulator's own code, so that a changed simulator simulates anew.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache as once
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.datasets.cache import Arrays, Prepared, prepare
from SpineLib.datasets.cases import LabelledSpine, LabelledStack, LabelledVolume, SliceLabel
from SpineLib.datasets.draws import draw_lesion, draw_outline, draw_search
from SpineLib.errors import BadInput
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED, SACRUM
from SpineLib.progress import Progress
from SpineLib.questions import BILSKY, KANG, Question
from SpineLib.simulate import axial_case, lumbar_case
from SpineLib.simulate.lumbar import sacrum_of
from SpineLib.simulate.patient import DISEASES, REGIONS
from SpineLib.simulate.protocols import PROFILES
from SpineLib.simulate.tissues import CORD, SAC
from SpineLib.simulate.whole import WholeTruth, whole_case
from SpineLib.volume import Volume

PREFIX = "simulated:"
STUDIES, LESIONS, SEARCH, VOLUMES = "studies", "lesions", "search", "volumes"
WITH_SACRUM, WHOLE, OUTLINES = "sacrum", "whole", "outlines"
_GRAMMAR = re.compile(
    rf"^{PREFIX}(?:({LESIONS}|{SEARCH}|{WITH_SACRUM}|{WHOLE}|{OUTLINES})-)?"
    r"([a-z]+)-([a-z]+):([a-z-]+):(\d+)(?::(\d+))?$"
)
_READER = "truth"
_BOX_MM = 20.0  # side of the region of interest around the canal's centre


@dataclass(frozen=True)
class Source:
    """What a text ``simulated:…`` asks for.

    Attributes:
        kind: ``studies``, ``lesions``, ``search``, ``sacrum``, ``whole`` or ``outlines``.
        region, disease, profile: as for `SpineLib.simulate.axial_case`.
        count: patients.
        seed: of the first patient; the others follow it.
    """

    kind: str
    region: str
    disease: str
    profile: str
    count: int
    seed: int = 0


@dataclass(frozen=True)
class _Asked:
    """One patient to simulate."""

    kind: str
    region: str
    disease: str
    profile: str
    seed: int

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.region}-{self.disease}-{self.profile}-{self.seed}"

    @property
    def fingerprint(self) -> str:
        return f"{self.name}-{simulator_version()}"

    @property
    def patient(self) -> str:
        return hashlib.sha256(self.name.encode()).hexdigest()[:12]


def parse(source: str) -> Source:
    """Reads a source.

    Raises:
        BadInput: the text does not follow the grammar, or names what the simulator does not know.

    Example:
        >>> parse("simulated:lesions-cervical-degenerative:standard:40").count
        40
    """
    match = _GRAMMAR.match(source)
    advice = (
        "Write simulated:REGION-DISEASE:PROFILE:COUNT[:SEED], for example "
        "simulated:thoracic-metastatic:standard:20"
    )
    if match is None:
        raise BadInput(f"{source} is not a simulated source", advice=advice)
    kind, region, disease, profile, count, seed = match.groups()
    for what, value, known in (
        ("region", region, tuple(REGIONS)), ("disease", disease, DISEASES),
        ("profile", profile, PROFILES),
    ):  # fmt: skip
        if value not in known:
            raise BadInput(
                f"The simulator does not know the {what} {value}",
                advice=f"Use one of {', '.join(known)}.",
            )
    if int(count) == 0:
        raise BadInput(f"{source} asks for no patients", advice=advice)
    return Source(kind or STUDIES, region, disease, profile, int(count), int(seed or 0))


def simulated_slices(
    source: str,
    *,
    task: str,
    scheme: Question = BILSKY,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> list[LabelledStack]:
    """Simulated axial stacks with the truth as their labels.

    Every label has a box of 20 mm around the sac's centre. Grades are given to slices that have
    one. In a ``lesions`` source slices without a tumour have Bilsky grade 0 as well, so that the
    neighbours of a metastasis are learnt to be low.

    Args:
        source: see this module.
        task: ``canal`` (the label's box says where), ``compression`` or ``grading``.
        scheme: of the grades.
        cache: where the simulated cases are kept; None keeps none beyond this process.
        progress: told of each patient.

    Raises:
        BadInput: see `parse`; or the simulator gives no label for this task and region.
    """
    asked = parse(source)
    if task == "grading" and scheme.key not in (KANG.key, BILSKY.key):
        raise BadInput(f"The simulator gives no grades of {scheme.key}")
    if task == "grading" and scheme.key == KANG.key and asked.region != "cervical":
        raise BadInput(f"Kang's grades are of the cervical spine, not of {source}")
    if task == "grading" and scheme.key == BILSKY.key and asked.disease != "metastatic":
        raise BadInput(f"Bilsky's grades are of metastases, not of {source}")
    cases, prepared = _simulated(asked, asked.kind, _axial, cache, progress)
    stacks = []
    for n, case in enumerate(cases):
        about = _about(prepared, n)
        labels = (_label(t, task, scheme, case.kind) for t in about["slices"])
        stacks.append(
            LabelledStack(
                id=case.name,
                patient=case.patient,
                open=partial(_volume, prepared, n, "image"),
                labels=tuple(label for label in labels if label is not None),
                site=case.profile,
                region=case.region,
                weighting=about["weighting"],
                columns={"disease": case.disease},
                fingerprint=case.fingerprint,
            )
        )
    return stacks


def simulated_volumes(
    source: str,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> list[LabelledVolume]:
    """Simulated sagittal lumbar volumes with SPIDER's numbers.

    Args:
        source: see this module; the region is ``lumbar``.
        cache, progress: as for `simulated_slices`.

    Raises:
        BadInput: see `parse`; or another region, or a part of studies.
    """
    asked = parse(source)
    if asked.region != "lumbar" or asked.kind not in (STUDIES, WITH_SACRUM):
        raise BadInput(
            f"{source} gives no labelled volumes",
            advice="The simulator segments whole lumbar volumes: "
            "simulated:lumbar-degenerative:standard:20",
        )
    kind = WITH_SACRUM if asked.kind == WITH_SACRUM else VOLUMES
    cases, prepared = _simulated(asked, kind, _lumbar, cache, progress)
    return [
        LabelledVolume(
            id=case.name,
            patient=case.patient,
            open=partial(_pair, prepared, n),
            site=case.profile,
            columns={"disease": case.disease, "weighting": _about(prepared, n)["weighting"]},
            fingerprint=case.fingerprint,
        )
        for n, case in enumerate(cases)
    ]


def simulated_spines(
    source: str, *, cache: Path | None = None, progress: Progress | None = None
) -> list[LabelledSpine]:
    """Simulated whole spines in sagittal planes, with the names and places of their vertebrae.

    Args:
        source: see this module; the kind is ``whole``.
        cache, progress: as for `simulated_slices`.

    Raises:
        BadInput: see `parse`; or another kind.
    """
    asked = parse(source)
    if asked.kind != WHOLE:
        raise BadInput(
            f"{source} gives no whole spines",
            advice="Write for example simulated:whole-cervical-degenerative:standard:20",
        )
    cases, prepared = _simulated(asked, WHOLE, _whole, cache, progress)
    return [
        LabelledSpine(
            id=case.name,
            patient=case.patient,
            open=partial(_pair, prepared, n),
            truth=partial(_whole_truth, prepared, n),
            site=case.profile,
            fingerprint=case.fingerprint,
        )
        for n, case in enumerate(cases)
    ]


def simulated_outlines(
    source: str, *, cache: Path | None = None, progress: Progress | None = None
) -> list[LabelledVolume]:
    """Simulated axial slices around the canal with the dural sac (1) and the cord in it (2).

    Args:
        source: see this module; the kind is ``outlines``.
        cache, progress: as for `simulated_slices`.

    Raises:
        BadInput: see `parse`; or another kind.
    """
    asked = parse(source)
    if asked.kind != OUTLINES:
        raise BadInput(
            f"{source} gives no outlines",
            advice="Write for example simulated:outlines-cervical-degenerative:standard:20",
        )
    cases, prepared = _simulated(asked, OUTLINES, _outlined, cache, progress)
    return [
        LabelledVolume(
            id=case.name,
            patient=case.patient,
            open=partial(_pair, prepared, n),
            site=case.profile,
            columns={"disease": case.disease},
            fingerprint=case.fingerprint,
        )
        for n, case in enumerate(cases)
    ]


@once
def simulator_version() -> str:
    """A hash of the code that decides what a seed gives."""
    import SpineLib.datasets.draws as draws
    import SpineLib.simulate as simulate

    files = sorted(Path(str(simulate.__file__)).parent.glob("*.py"))
    digest = hashlib.sha256()
    for path in (*files, Path(str(draws.__file__)), Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _simulated(
    source: Source, kind: str, make: Any, cache: Path | None,
    progress: Progress | None,
) -> tuple[list[_Asked], Prepared]:  # fmt: skip
    cases = [
        _Asked(kind, source.region, source.disease, source.profile, source.seed + n)
        for n in range(source.count)
    ]
    prepared = prepare(
        cases, make, key={"kind": "simulated"}, folder=cache,
        stage="Simulating patients", progress=progress,
    )  # fmt: skip
    return cases, prepared


def _axial(case: _Asked) -> Arrays:
    draw = {LESIONS: draw_lesion, SEARCH: draw_search}.get(case.kind)
    if draw is None:
        whole = axial_case(case.region, case.disease, seed=case.seed, profile=case.profile)
        volume, slices, weighting = whole.volume, whole.slices, whole.protocol.weighting
    else:
        drawn = draw(case.region, case.disease, seed=case.seed, profile=case.profile)
        volume, slices, weighting = drawn.volume, drawn.slices, drawn.weighting
    about = {"weighting": weighting, "slices": [slice_.to_dict() for slice_ in slices]}
    return {**_grid(volume), "image": volume.voxels.reshape(-1), "about": _bytes(about)}


def _lumbar(case: _Asked) -> Arrays:
    made = lumbar_case(seed=case.seed, profile=case.profile, disease=case.disease)
    numbers = made.segmentation.voxels
    if case.kind == WITH_SACRUM:
        numbers = np.where(sacrum_of(made.patient, made.labels) & (numbers == 0), SACRUM, numbers)
    return {
        **_grid(made.volume),
        "image": made.volume.voxels.reshape(-1),
        "classes": numbers.astype(np.uint8).reshape(-1),
        "about": _bytes({"weighting": made.protocol.weighting, **made.truth.to_dict()}),
    }


def _outlined(case: _Asked) -> Arrays:
    volume, labels = draw_outline(case.region, case.disease, seed=case.seed, profile=case.profile)
    classes = np.isin(labels.voxels, SAC).astype(np.uint8) + np.isin(labels.voxels, CORD)
    return {
        **_grid(volume),
        "image": volume.voxels.reshape(-1),
        "classes": classes.astype(np.uint8).reshape(-1),
    }


def _whole(case: _Asked) -> Arrays:
    made = whole_case(case.region, case.disease, seed=case.seed, profile=case.profile)
    return {
        **_grid(made.volume),
        "image": made.volume.voxels.reshape(-1),
        "classes": made.labels.voxels.reshape(-1),
        "about": _bytes(made.truth.to_dict()),
    }


def _whole_truth(prepared: Prepared, n: int) -> WholeTruth:
    return WholeTruth.from_dict(_about(prepared, n))


def _grid(volume: Volume) -> Arrays:
    return {"shape": np.array([volume.shape]), "matrix": volume.ijk_to_ras[None]}


def _bytes(about: dict[str, Any]) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(about).encode(), np.uint8)


def _about(prepared: Prepared, n: int) -> dict[str, Any]:
    return json.loads(prepared.case(n)["about"].tobytes())


def _volume(prepared: Prepared, n: int, name: str) -> Volume:
    held = prepared.case(n)
    return Volume(held[name].reshape(held["shape"][0]), np.array(held["matrix"][0]))


def _pair(prepared: Prepared, n: int) -> tuple[Volume, Volume]:
    return _volume(prepared, n, "image"), _volume(prepared, n, "classes")


def _label(truth: dict[str, Any], task: str, scheme: Question, kind: str) -> SliceLabel | None:
    x, y, z = truth["sac_center_ras"]
    half = _BOX_MM / 2
    box = ((x - half, y - half, z), (x + half, y + half, z))
    value = "canal"
    if task == "compression":
        value = COMPRESSED if truth["compressed"] else NOT_COMPRESSED
    if task == "grading":
        value = truth["kang" if scheme.key == KANG.key else "bilsky"] or ""
        if not value and kind == LESIONS and scheme.key == BILSKY.key and not truth["compressed"]:
            value = "0"
    return SliceLabel(truth["index"], value, _READER, box, truth["level"]) if value else None
