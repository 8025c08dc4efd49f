"""Known truth of a slice, read off its cross-section painted at high resolution.

Sizes, distances and grades are measured on the tissue map of the cross-section. Three of them
compare it with a *reference shape*, which no image shows: how deep the cord's outline is cut (the
same cord, displaced but whole), whether the sac is dented and how much CSF is gone (the same
cross-section of the same patient without lesions). Only `fracture` is taken from the parameters.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.simulate.anatomy import paint_canal, paint_spine
from SpineLib.simulate.artefacts import hidden_share
from SpineLib.simulate.canvas import Canvas
from SpineLib.simulate.lesions import Disease, Sections
from SpineLib.simulate.patient import Patient
from SpineLib.simulate.tissues import CORD, EXTRINSIC, SAC, Tissue

FINE = 0.2  # mm between truth's sample points
DEFORMED = 0.5  # mm of the cord's outline that must be cut to call it deformed
VISIBLE, VISIBLE_AREA = 0.6, 1.5  # mm and mm² of CSF that a reader can see
DENTED = 0.5  # mm of the sac's depth that must be gone to call it deformed
TOUCHING = 0.9  # mm between tumour and cord: dura and pia lie between them
CIRCUMFERENCE = 0.6  # share of the outline that is cut
CSF = (Tissue.CSF, Tissue.NERVE_ROOT)
HALF = 17.0, 13.5  # mm from the canal's centre to the border of truth's square, u and v


@dataclass(frozen=True)
class SliceTruth:
    """What is true of one axial slice.

    Attributes:
        index: slice number in the volume.
        position_ras: middle of the slice, mm.
        canal_center_ras: where the canal's centre line meets the slice, RAS mm.
        sac_center_ras: centre of mass of the sac in the slice, RAS mm.
        level: vertebra (or the one above the disc).
        cord_area, cord_ap, cord_width: mm², mm, mm; 0 where there is no cord. AP is the mean over
            the middle third of the width (`cord_depth`).
        compression_ratio: cord front-to-back over left-to-right.
        csf_area, csf_front, csf_back: mm², mm, mm.
        mscc: maximum spinal cord compression, percent: 100 (1 - AP / mean AP of the cross-sections
            above and below, the nearest ones that nothing touches); the idea of SCT's
            sct_compute_compression; None where not compressed.
        pattern: ``none``, ``partial`` or ``circumferential``: less or more than
            `CIRCUMFERENCE` of the cord's outline is cut.
        compressed: the cord's contour is changed by extrinsic tissue (Merali et al. 2021, Sci Rep
            11, s41598-021-89848-3): its outline is cut by more than `DEFORMED` mm.
        bilsky: grade by Bilsky et al. 2010 (J Neurosurg Spine 13:324) where there is a metastasis
            at this slice, else None.
        kang: grade by Kang et al. 2011 of a cervical slice, else None.
        deformation: how deep the cord's outline is cut, mm.
        disease: what the patient has.
        fracture: the vertebra at this slice has lost height.
        metal: share of the sac that lies in the signal void of metal (0-1); the rest of the truth
            is of the anatomy, whether the image shows it or not.
    """

    index: int
    position_ras: tuple[float, float, float]
    canal_center_ras: tuple[float, float, float]
    sac_center_ras: tuple[float, float, float]
    level: str
    cord_area: float
    cord_ap: float
    cord_width: float
    compression_ratio: float
    csf_area: float
    csf_front: float
    csf_back: float
    compressed: bool
    mscc: float | None
    pattern: str
    bilsky: str | None
    kang: str | None
    deformation: float
    disease: str
    fracture: bool = False
    metal: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def slice_truth(
    patient: Patient, s: float, *, index: int, position: NDArray[np.float64], kang: bool
) -> SliceTruth:
    """Truth of the cross-section at arc length ``s``."""
    c, free, outline = cross_section(patient, s)
    u, v = c.u, c.v
    cord = np.isin(c.label, CORD)
    csf = np.isin(c.label, CSF)
    sac = cord | csf
    pixel = FINE * FINE
    area = float(cord.sum() * pixel)
    cut = float(np.where((free < 0) & (outline > 0), -free, 0).max())
    touching = _extrinsic_distance(c, cord)
    compressed = bool(area > 5 and cut > DEFORMED)
    front, back = _csf_thickness(cord, csf)
    ap = cord_depth(c)
    width = float(cord.any(0).sum() * FINE)
    center = (0.0, 0.0) if not sac.any() else (float(u[sac].mean()), float(v[sac].mean()))
    tumour = c.label == Tissue.TUMOUR
    csf_area = float(csf.sum() * pixel)
    bilsky = None
    if patient.disease.kind == "metastatic" and area > 5:
        bilsky = _bilsky(patient, s, tumour, cut, touching, csf, sac)
    return SliceTruth(
        index=index,
        position_ras=tuple(float(p) for p in position),  # type: ignore[arg-type]
        canal_center_ras=tuple(float(p) for p in patient.spine.ras(0, 0, s)),  # type: ignore[arg-type]
        sac_center_ras=tuple(float(p) for p in patient.spine.ras(*center, s)),  # type: ignore[arg-type]
        level=patient.spine.level(s),
        cord_area=area,
        cord_ap=ap,
        cord_width=width,
        compression_ratio=ap / width if width else 0.0,
        csf_area=csf_area,
        csf_front=front,
        csf_back=back,
        compressed=compressed,
        mscc=_mscc(patient, s, ap) if compressed else None,
        pattern=_pattern(free, outline) if compressed else "none",
        bilsky=bilsky,
        kang=_kang(patient, s, c, csf_area, compressed) if kang and area > 5 else None,
        deformation=cut,
        disease=patient.disease.kind,
        fracture=_fractured(patient, s),
        metal=hidden_share(c, patient.metal, sac),
    )


def cross_section(
    patient: Patient, s: float
) -> tuple[Canvas, NDArray[np.float32], NDArray[np.float32]]:
    """Paints the canal's cross-section at arc length ``s``, `FINE` mm a point.

    Returns:
        The canvas (rows run from front to back, columns from left to right), the distance to the
        cord's outline if nothing touched it, and to its outline as it is.
    """
    across, ahead = (np.arange(-h, h + FINE / 2, FINE, dtype=np.float32) for h in HALF)
    v, u = np.meshgrid(ahead[::-1], across, indexing="ij")
    at, zero = np.full_like(u, s), np.zeros_like(u)
    fields = {"u": u, "v": v, "s": at, "x": u, "y": v, "z": at, "n1": zero, "n2": zero, "n3": zero}
    c = Canvas(fields, FINE, np.zeros(len(Tissue), np.float32))
    free, outline = paint_canal(c, patient)
    return c, free, outline


def _fractured(patient: Patient, s: float) -> bool:
    spine = patient.spine
    return any(
        abs(s - float(spine.center[k])) < float(spine.sizes.height[k]) / 2
        for k in patient.disease.collapse
    )


def _mscc(patient: Patient, s: float, ap: float) -> float:
    """Percent that the cord is thinner than at the nearest untouched places above and below."""
    beside = [cord_depth(cross_section(patient, n)[0]) for n in untouched(patient, s)]
    return 100 * (1 - ap / float(np.mean(beside))) if beside else 0.0


def untouched(patient: Patient, s: float) -> list[float]:
    """Arc lengths nearest to ``s``, above and below, where nothing touches the cord."""
    nodes, sections = patient.spine.nodes, patient.sections
    squeeze = sections.table[sections.names.index("squeeze")]
    normal = (squeeze < 0.05) & (patient.canal.cord_ap(nodes) > 3)
    near = [nodes[normal & (nodes > s)][:1], nodes[normal & (nodes < s)][-1:]]
    return [float(n[0]) for n in near if len(n)]


def cord_depth(c: Canvas) -> float:
    """Front to back of the cord in a cross-section, mm: the mean over the middle third of its width.

    MSCC was defined on mid-sagittal slices (Fehlings et al. 1999, Spine 24:605), which are 3 to 4 mm
    thick; 0 where there is no cord.
    """
    depths = np.isin(c.label, CORD).sum(axis=0) * FINE
    across = np.flatnonzero(depths)
    if not len(across):
        return 0.0
    left, right = across[0] - 0.5, across[-1] + 0.5
    third = (right - left) / 3
    columns = np.arange(len(depths))
    from_left = np.maximum(columns - 0.5, left + third)
    share = np.clip(np.minimum(columns + 0.5, right - third) - from_left, 0, 1)
    return float(depths @ share / third)


def without_lesions(patient: Patient) -> Patient:
    """The reference shape: the same patient before anything grew into the canal."""
    healthy = Disease(
        "none", degeneration=patient.disease.degeneration, narrowing=patient.disease.narrowing
    )
    return replace(
        patient, disease=healthy, sections=Sections(patient.spine, patient.canal, []), metal=[]
    )


def _pattern(free: NDArray[np.float32], outline: NDArray[np.float32]) -> str:
    rim = np.abs(free) < FINE
    share = float((outline[rim] > 0.25).mean()) if rim.any() else 0.0
    return "circumferential" if share > CIRCUMFERENCE else "partial"


def _extrinsic_distance(c: Canvas, cord: NDArray[np.bool_]) -> float:
    """Millimetres between cord and the nearest extrinsic lesion; inf where there is none."""
    from scipy.ndimage import distance_transform_edt

    lesion = np.isin(c.label, EXTRINSIC)
    if not lesion.any() or not cord.any():
        return float("inf")
    return float(distance_transform_edt(~lesion, sampling=FINE)[cord].min())


def _csf_thickness(cord: NDArray[np.bool_], csf: NDArray[np.bool_]) -> tuple[float, float]:
    """CSF in front of and behind the cord, in the columns of its middle third, mm."""
    columns = np.flatnonzero(cord.any(0))
    if not len(columns):
        return 0.0, 0.0
    third = columns[len(columns) // 3 : max(2 * len(columns) // 3, len(columns) // 3 + 1)]
    first = cord[:, third].argmax(0)
    rows = np.arange(len(cord))[:, None]
    front = (csf[:, third] & (rows < first)).sum(0).mean() * FINE
    back = (csf[:, third] & (rows > first)).sum(0).mean() * FINE
    return float(front), float(back)


def _bilsky(
    patient: Patient,
    s: float,
    tumour: NDArray[np.bool_],
    cut: float,
    touching: float,
    csf: NDArray[np.bool_],
    sac: NDArray[np.bool_],
) -> str | None:
    if tumour.sum() * FINE * FINE < 1.0:
        return "0" if _bone_tumour(patient, s) else None
    if cut > DEFORMED:
        return "2" if _csf_visible(csf) else "3"
    if touching < TOUCHING:
        return "1c"
    return "1b" if _sac_dent(patient, s, sac) > DENTED else "1a"


def _csf_visible(csf: NDArray[np.bool_]) -> bool:
    """Whether CSF can be seen: some of it is as thick as `VISIBLE`, over `VISIBLE_AREA`."""
    from scipy.ndimage import distance_transform_edt

    inside = distance_transform_edt(csf, sampling=FINE) > VISIBLE / 2
    if not inside.any():
        return False
    opened = distance_transform_edt(~inside, sampling=FINE) < VISIBLE / 2
    return bool(opened.sum() * FINE * FINE >= VISIBLE_AREA)


def _sac_dent(patient: Patient, s: float, sac: NDArray[np.bool_]) -> float:
    """How deep something reaches into the sac's reference shape, mm."""
    from scipy.ndimage import distance_transform_edt

    whole = np.isin(cross_section(without_lesions(patient), s)[0].label, SAC)
    gone = whole & ~sac
    return float(distance_transform_edt(whole, sampling=FINE)[gone].max()) if gone.any() else 0.0


def _bone_tumour(patient: Patient, s: float) -> bool:
    """Whether a cross-section of the whole vertebra shows 1 mm² of tumour."""
    step = 0.8
    if not any(abs(tumour.s - s) < tumour.radius[2] + 2 for tumour in patient.disease.bone):
        return False
    v, u = np.meshgrid(
        np.arange(58, -62, -step, dtype=np.float32),
        np.arange(-60, 60, step, dtype=np.float32), indexing="ij",
    )  # fmt: skip
    at, zero = np.full_like(u, s), np.zeros_like(u)
    fields = {"u": u, "v": v, "s": at, "x": u, "y": v, "z": at, "n1": zero, "n2": zero, "n3": zero}
    c = Canvas(fields, step, np.zeros(len(Tissue), np.float32))
    paint_spine(c, patient)
    return bool((c.label == Tissue.TUMOUR).sum() * step * step >= 1.0)


def _kang(patient: Patient, s: float, c: Canvas, csf: float, compressed: bool) -> str:
    """Kang et al. 2011: 1 more than half of the subarachnoid space gone, 2 cord deformed, 3 with
    T2 signal change in the cord."""
    if compressed:
        return "3" if (c.label == Tissue.MYELOPATHY).any() else "2"
    if not np.isin(c.label, EXTRINSIC).any():
        return "0"  # as the reference shape, which need not be painted
    rest = cross_section(without_lesions(patient), s)[0].label
    return "1" if csf < 0.5 * np.isin(rest, CSF).sum() * FINE * FINE else "0"
