"""The bundled outlines on real slices, none of which it was trained on."""

import numpy as np
import pytest

pytest.importorskip("torch")
from SpineLib.findings import SliceFinding, StackFindings
from SpineLib.inference.canal import locate
from SpineLib.inference.cord import measure_stack
from SpineLib.inference.loaded import load
from SpineLib.inference.outline_map import CORD_LABEL, slices_of
from SpineLib.inference.quantities import measure_slices
from SpineLib.models import open_model
from SpineLib.quantities import value_of
from SpineLib.volume import read_volume, resample


def test_the_starter_outlines_a_real_cord_and_its_label_map_measures_as_the_network_did(data):
    folder = data / "nifti" / "gm_challenge" / "sub-9418"
    image = read_volume(folder / "sub-9418_run-1_T2starw.nii.gz")
    mask = read_volume(folder / "sub-9418_run-1_T2starw_seg-manual.nii.gz").voxels > 0
    canal, outlines = (load(open_model(f"starter-{name}"), "cpu") for name in ("canal", "cord"))
    stack = StackFindings("1", slices=[
        SliceFinding(k, "", 1, [float(x) for x in image.slice_center(k)])
        for k in range(len(image.voxels))
    ])  # fmt: skip
    labels = measure_stack(image, locate(image, canal), outlines, stack)
    answer = resample(labels, image, nearest=True).voxels == CORD_LABEL
    assert 2 * (answer & mask).sum() / (answer.sum() + mask.sum()) > 0.9
    again = measure_slices(slices_of(labels))
    for one, other in zip(stack.slices, again, strict=True):
        area, anew = value_of(one.quantities, "cord_area"), value_of(other, "cord_area")
        assert area == pytest.approx(anew, rel=0.03) and 40 < area < 120
    assert np.median([value_of(slice_.quantities, "ascor") for slice_ in stack.slices]) < 80
