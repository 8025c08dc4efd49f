"""Pictures of the largest changes: the patient's left is where a radiologist expects it."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
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
