"""Pictures of the largest changes: the patient's left is where a radiologist expects it."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch")
from SpineLib.loop import pictures
from SpineLib.volume import Volume
from Testing.SpineLib.loop.learning import axial

TURNED = np.diag([-1.0, -1.0, 1.0, 1.0])
TURNED[:2, 3] = 79


@pytest.mark.parametrize("turned", [False, True])
def test_the_patient_s_left_is_on_the_right_however_the_file_orders_it(monkeypatch, turned):
    volume, shown = axial(0), []
    voxels = volume.voxels.copy()
    voxels[:, 38:42, 60:64] = 900  # in the patient's left
    assert volume.ras([62, 40, 3])[0] < volume.ras([40, 40, 3])[0], "RAS: left is less"
    given = volume.with_voxels(voxels)
    if turned:
        turned_voxels = np.ascontiguousarray(voxels[:, ::-1, ::-1])
        given = Volume(turned_voxels, volume.ijk_to_ras @ TURNED)
    middle = np.array([volume.ras([40, 45, k]) for k in range(8)])
    monkeypatch.setattr(pictures, "locate", lambda *_: SimpleNamespace(centers_ras=middle))
    monkeypatch.setattr(pictures, "_show", lambda axes, picture, *_: shown.append(picture))
    monkeypatch.setattr(pictures, "_save", lambda *_: None)
    row = {"index": 3, "truth": "compressed", "said_old": "", "said_new": ""}
    pictures._draw_slice(Path("x"), SimpleNamespace(open=lambda: given), None, row)
    bright = np.argwhere(shown[0] > 800)[:, 1]
    assert bright.min() > shown[0].shape[1] / 2


def test_slices_that_are_said_alike_or_whose_truth_is_open_are_no_changes():
    truth = ["compressed", "possibly compressed", "not compressed", "not compressed"]

    def answered(*probabilities):
        verdicts = ["compressed" if p >= 0.5 else "not compressed" for p in probabilities]
        return SimpleNamespace(table=pd.DataFrame({
            "stack": "0001", "index": range(4), "truth": truth, "probability": probabilities,
            "verdict": verdicts,
        }))  # fmt: skip

    old, new = answered(0.9, 0.1, 0.012, 0.2), answered(0.7, 0.9, 0.013, 0.6)
    found = pictures._slice_changes(old, new, pictures._truth_of_compression)
    assert dict(zip(found["index"], found["difference"].round(6), strict=True)) == {
        0: -0.2,
        3: -0.4,
    }
