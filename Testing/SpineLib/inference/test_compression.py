"""Each slice gets a probability and a verdict, or the reason why not."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from SpineLib.inference.canal import CanalPath  # noqa: E402
from SpineLib.inference.loaded import Loaded, load  # noqa: E402
from SpineLib.inference.opinions import decided, opinions  # noqa: E402
from SpineLib.labels import BORDERLINE, COMPRESSED, NOT_COMPRESSED  # noqa: E402
from SpineLib.progress import Progress  # noqa: E402


@pytest.fixture
def canal(axial_volume):
    centers = np.array([[-5.0, -8.0, axial_volume.slice_center(k)[2]] for k in range(8)])
    return CanalPath(centers, np.full(8, 0.9))


class Brightness(torch.nn.Module):
    """P(compressed) rises with the brightness of the middle of the slice's own channel."""

    def forward(self, windows):
        middle = windows[:, 1, 14:18, 14:18].mean((1, 2))
        return torch.stack([torch.zeros_like(middle), 20 * (middle - 0.5)], dim=1)


@pytest.fixture
def brightness(make_card):
    return Loaded(make_card(), Brightness(), torch.device("cpu"))


def test_every_slice_is_answered_in_its_own_place(axial_volume, canal, brightness):
    voxels = axial_volume.voxels.copy()
    voxels[5, 44:52, 41:49] = 800  # a bright cord on slice 5 only
    answers = opinions(replace(axial_volume, voxels=voxels), canal, brightness)
    assert [a.value == COMPRESSED for a in answers] == [k == 5 for k in range(8)]
    assert all(a.assessed and 0 <= a.probability <= 1 for a in answers)


def test_with_a_class_between_them_compressed_is_still_compressed(axial_volume, canal, make_card):
    class Certain(torch.nn.Module):
        def forward(self, windows):
            return torch.tensor([[0.0, 0.0, 9.0]]).expand(len(windows), -1)

    labels = (NOT_COMPRESSED, "possibly compressed", COMPRESSED)
    answers = opinions(
        axial_volume, canal, Loaded(make_card(labels=labels), Certain(), torch.device("cpu"))
    )
    assert all(answer.value == COMPRESSED for answer in answers)


def test_verdicts_follow_the_card_and_the_persons_threshold(make_card):
    card = make_card(threshold=0.6, borderline=0.4)
    assert [decided(p, card) for p in (0.39, 0.4, 0.59, 0.6)] == [
        NOT_COMPRESSED, BORDERLINE, BORDERLINE, COMPRESSED,
    ]  # fmt: skip
    assert decided(0.3, card, 0.2) == COMPRESSED
    assert decided(0.1, card, 0.2) == NOT_COMPRESSED


def test_slices_that_cannot_be_assessed_say_why_and_leave_the_others_alone(
    axial_volume, canal, brightness
):
    voxels = axial_volume.voxels.copy()
    voxels[1], voxels[6, 0, 0] = 3, np.inf
    confidence = canal.confidence.copy()
    confidence[3] = 0.01
    preprocessing = {**brightness.card.preprocessing, "minimum_confidence": 0.15}
    loaded = replace(brightness, card=replace(brightness.card, preprocessing=preprocessing))
    answers = opinions(
        replace(axial_volume, voxels=voxels), replace(canal, confidence=confidence), loaded
    )
    reasons = {k: a.reason for k, a in enumerate(answers) if not a.assessed}
    assert sorted(reasons) == [1, 3, 6]
    assert "single grey value" in reasons[1]
    assert "canal was not found" in reasons[3]
    assert "not numbers" in reasons[6]
    assert all(answers[k].probability is None and not answers[k].value for k in reasons)


def test_the_published_whole_slice_preset_runs(axial_volume, canal, make_model):
    whole = make_model(preprocessing={"kind": "whole-slice", "pixels": 299})
    answers = opinions(axial_volume, canal, load(whole, "cpu"))
    assert len(answers) == 8


def test_progress_counts_every_slice(axial_volume, canal, brightness):
    steps = []
    opinions(axial_volume, canal, brightness, progress=Progress(steps.append))
    assert (steps[-1].done, steps[-1].total) == (8, 8)
