"""Draws the simulator's pictures of the docs: ``python -m Testing.SpineLib.simulate.pictures``.

The gallery shows, of seeds 0, 1, 2 …, the first patient with each Bilsky grade and each kind of
lesion; the other picture real series above simulated ones.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import numpy as np

from SpineLib.simulate import axial_case, lumbar_case
from SpineLib.simulate.cases import axial_at, image
from SpineLib.simulate.patient import build_patient
from SpineLib.simulate.scanner import Protocol
from SpineLib.simulate.tissues import Tissue
from SpineLib.simulate.truth import slice_truth
from SpineLib.volume import read_volume
from Testing.SpineLib.simulate.beside_real import REAL_NECK, upright

matplotlib.use("Agg")
import matplotlib.pyplot as plt

ROOT = Path(__file__).parents[3]
CLEAN = {
    "snr": 25, "ghost": 0, "thickness": 4, "gap": 0.4, "slices": 34, "rows": 288, "columns": 288,
    "pixel": 0.64,
}  # fmt: skip
HALF = 34.0  # mm from the canal to the border of a gallery picture
HOW = Protocol(
    rows=200, columns=200, slices=1, pixel=0.5, thickness=3.0, snr=22.0, te=105.0, ghost=0.02
)
GRADES = ("0", "1a", "1b", "1c", "2", "3")
KINDS = (
    "disc bulge", "protrusion", "paracentral protrusion", "osteophyte bar", "flavum", "OPLL",
    "circumferential", "listhesis",
)  # fmt: skip


def kinds_of(who, s, truth) -> Iterator[str]:
    """Which of `KINDS` stands alone at arc length ``s`` and reaches the cord (or the roots)."""
    near = [lobe for lobe in who.disease.lobes if lobe.height(s) > 0.6 * lobe.depth > 1]
    if truth.pattern == "circumferential":
        yield "circumferential"
    ahead = [one for one in near if one.tissue != Tissue.FLAVUM]
    if truth.compressed and near and not ahead:
        yield "flavum"
    if len(near) != 1 or not truth.compressed or not ahead:
        return
    (one,) = ahead
    if one.tissue == Tissue.BONE_LESION:
        yield "OPLL" if one.power >= 6 and one.length > 6.5 else "osteophyte bar"
    elif one.width > 7:
        yield "disc bulge"
    else:
        yield "paracentral protrusion" if abs(one.angle) > 0.4 else "protrusion"


def examples(region, disease, wanted) -> dict:
    """(patient, arc length) of the first patient with each wanted grade or kind."""
    found = {}
    for seed in range(400):
        who = build_patient(np.random.default_rng(seed), region, disease)
        if who.metal:
            continue
        spots = [one.s for one in (*who.disease.lobes, *who.disease.bone)]
        for s in spots:
            truth = slice_truth(who, s, index=0, position=np.zeros(3), kang=region == "cervical")
            for name in wanted(who, s, truth):
                found.setdefault(name, (who, s))
        if len(found) >= (6 if disease == "metastatic" else 9):
            break
    return found


def lesions(who, s, truth) -> list[str]:
    """Kinds of degenerative lesions, and Kang's grades 1 and 3."""
    graded = [f"Kang {truth.kang}"] if truth.kang in ("1", "3") else []
    return [*kinds_of(who, s, truth), *graded]


def slipped() -> tuple:
    """A lumbar patient with a slip, and where: the first whose canal's line steps by 4 mm."""
    for seed in range(400):
        who = build_patient(np.random.default_rng(seed), "lumbar", "degenerative")
        step = np.abs(np.gradient(who.spine.line, axis=0) - who.spine.up).max(1)
        if step.max() > 0.5:
            return who, float(who.spine.nodes[step.argmax()])
    raise LookupError("no simulated patient has a slip")


def around(who, s) -> np.ndarray:
    """The slice at ``s``, `HALF` mm around the canal."""
    grid = axial_at(who, HOW, s, ahead=0.0)
    volume, _ = image(np.random.default_rng(7), who, HOW, grid, "standard")
    i, j, _ = volume.ijk(who.spine.ras(0, 0, s))
    half = int(HALF / HOW.pixel)
    return volume.voxels[0, int(j) - half : int(j) + half, int(i) - half : int(i) + half]


def show(axes, plane, title, pixel=(1.0, 1.0), color="white") -> None:
    axes.imshow(plane, cmap="gray", vmax=np.percentile(plane, 99.5), aspect=pixel[0] / pixel[1])
    axes.set_title(title, color=color, fontsize=9)
    axes.axis("off")


def gallery(out: Path) -> None:
    """Each Bilsky grade, and each kind of degenerative compression."""
    grades = examples("thoracic", "metastatic", lambda who, s, truth: [truth.bilsky or "none"][:1])
    kinds = examples("cervical", "degenerative", lesions)
    kinds["listhesis"] = slipped()
    figure, axes = plt.subplots(2, 8, figsize=(14, 4.1), facecolor="black", layout="constrained")
    top = [(f"Bilsky {g}", grades[g]) for g in GRADES]
    top += [(f"Kang {g}", kinds[f"Kang {g}"]) for g in "13"]
    for place, (title, (who, s)) in zip(
        axes.ravel(), [*top, *((name, kinds[name]) for name in KINDS)], strict=True
    ):
        show(place, around(who, s), title)
    figure.savefig(out / "simulator-gallery.png", dpi=85, facecolor="black")


def beside(data: Path, out: Path) -> None:
    """Real series above, simulated ones below."""
    figure, axes = plt.subplots(2, 5, figsize=(14, 6.4), layout="constrained")
    neck, neck_mm = upright(read_volume(data / REAL_NECK))
    mask = data / "nifti/gm_challenge/sub-9418"
    cord, cord_mm = upright(read_volume(mask / "sub-9418_run-1_T2starw.nii.gz"))
    back, back_mm = upright(read_volume(data / "nifti/lumbar_t2_sagittal/t2.nii.gz"))
    for place, k in zip(axes[0, :2], (4, 14), strict=True):
        show(place, neck[k, ::-1, ::-1], "real T2", neck_mm[1:], "black")
    show(axes[0, 2], cord[8, ::-1, ::-1], "real T2*", cord_mm[1:], "black")
    for place, side in zip(axes[0, 3:], (17, 22), strict=True):
        show(place, back[::-1, ::-1, side], "real T2", back_mm[:2], "black")
    case = axial_case("cervical", "none", seed=2, scanner=CLEAN)
    for place, name in zip(axes[1, :2], ("C6", "C3"), strict=True):
        k = [slice_.level for slice_ in case.slices].index(name)
        show(place, case.volume.voxels[k], f"simulated T2, {name}", color="black")
    star = axial_case("cervical", "none", seed=2, contrast="T2*", scanner=CLEAN)
    k = [slice_.level for slice_ in star.slices].index("C4")
    show(axes[1, 2], star.volume.voxels[k], "simulated T2*, C4", color="black")
    lumbar = lumbar_case(seed=2, contrast="T2", scanner={"snr": 20})
    middle = lumbar.volume.shape[0] // 2
    for place, k in zip(axes[1, 3:], (middle - 1, middle), strict=True):
        show(place, lumbar.volume.voxels[k], "simulated T2", color="black")
    figure.savefig(out / "simulator-beside-real.png", dpi=65)


def main() -> None:
    """Both pictures, into docs/pictures."""
    out = ROOT / "docs/pictures"
    gallery(out)
    beside(Path(os.environ.get("SPINE_DATA", ROOT.parent / "shared/data")), out)


if __name__ == "__main__":
    main()
