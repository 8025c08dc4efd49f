"""What a reader sees in the pictures of the real cervical series."""

import copy
import io

import numpy as np
import pytest
from PIL import Image

from SpineLib.errors import Cancelled
from SpineLib.labels import VERDICT_COLORS, rgb
from SpineLib.outputs import names
from SpineLib.progress import Progress
from SpineLib.reading import Reading
from SpineSlicer.headless.pictures import looked_at, take_pictures
from SpineSlicer.scene.ReadingScene import ReadingScene


@pytest.fixture(scope="module")
def pictures(app, cervical):
    app.scene.Clear(False)
    ReadingScene(app.scene).show(cervical)
    return take_pictures(app, cervical)


def pixels(picture) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGB"), dtype=float)


def share_of(picture, color: str) -> float:
    """The share of pixels that have a verdict's colour, dimmed a little by the picture below."""
    distance = np.abs(pixels(picture) - 255 * np.array(rgb(color))).max(axis=-1)
    return float((distance < 30).mean())


def test_every_slice_has_a_picture(pictures, cervical):
    wanted = {names.slice_picture("4", k) for k in range(19)}
    assert wanted | {names.WORST, names.LADDER, names.TUBE} == set(pictures)


def test_a_person_looks_at_the_flagged_slices_and_the_worst_of_each_level(cervical):
    findings = copy.deepcopy(cervical.findings)
    (stack,) = findings.stacks
    flagged = {("4", slice_.index) for slice_ in stack.slices if slice_.flagged}
    assert flagged and looked_at(findings) == flagged
    stack.slices[16].level = "T1"
    assert looked_at(findings) == flagged | {("4", 16)}
    for slice_ in stack.slices:
        slice_.opinions = []
    assert looked_at(findings) == set()


def test_each_slices_ring_has_the_colour_of_its_verdict(pictures, cervical):
    for slice_ in cervical.findings.stacks[0].slices:
        verdict = slice_.opinion("compression").value or "not assessed"
        shares = {
            name: share_of(pictures[names.slice_picture("4", slice_.index)], color)
            for name, color in VERDICT_COLORS.items()
            if name != "not assessed"
        }
        if verdict == "not assessed":
            assert max(shares.values()) < 0.005
        else:
            assert max(shares, key=shares.__getitem__) == verdict
            assert shares[verdict] > 0.01


def test_the_cord_is_never_covered(pictures):
    middle = pixels(pictures[names.slice_picture("4", 8)])[170:270, 170:270]
    # The picture is grey where nothing lies over it.
    assert np.abs(middle - middle.mean(axis=-1, keepdims=True)).max() < 3


def test_the_ladder_and_the_tube_show_every_assessed_verdict(pictures):
    for name in (names.LADDER, names.TUBE):
        for verdict in ("compressed", "not compressed"):
            assert share_of(pictures[name], VERDICT_COLORS[verdict]) > 0.002


def test_captions_say_slice_verdict_and_probability(pictures):
    assert pictures[names.slice_picture("4", 8)].caption == "Slice 9 of 19: C 0.96"
    assert pictures[names.slice_picture("4", 18)].caption == "Slice 19 of 19: – not assessed"


def test_the_worst_slice_says_its_grade(app, scene, brief):
    ReadingScene(scene).show(brief)
    worst = take_pictures(app, brief)[names.WORST]
    assert worst.caption == "Slice 2 of 3: C 0.96 · Bilsky 2 (high) forced"


def test_a_picture_of_the_activation_is_taken_where_there_is_one(app, scene, brief):
    volume = brief.volumes["4"]
    heat = np.zeros(volume.shape, np.float32)
    heat[1, 110:140, 145:175] = 0.7
    reading = Reading(brief.findings, brief.volumes, None, {"4": volume.with_voxels(heat)})
    ReadingScene(scene).show(reading)
    pictures = take_pictures(app, reading)
    middle = pixels(pictures[names.ACTIVATION])[270:370, 270:370]
    assert (middle[..., 0] - middle[..., 2]).mean() > 40
    untouched = pixels(pictures[names.WORST])[270:370, 270:370]
    assert np.abs(untouched[..., 0] - untouched[..., 2]).max() < 3


def test_a_segmentations_slice_and_surfaces_are_shown(app, scene, lumbar):
    ReadingScene(scene).show(lumbar)
    pictures = take_pictures(app, lumbar)
    assert set(pictures) == {names.SEGMENTATION_SLICE, names.SEGMENTATION_SURFACES}
    for picture in pictures.values():
        spread = np.ptp(pixels(picture), axis=-1)
        assert (spread > 20).mean() > 0.1


def test_taking_pictures_can_be_cancelled(app, scene, brief):
    ReadingScene(scene).show(brief)
    progress = Progress(lambda step: progress.cancel() if step.done == 2 else None)
    with pytest.raises(Cancelled):
        take_pictures(app, brief, progress=progress)


def test_the_scene_shows_everything_again_after_the_pictures(app, scene, brief):
    ReadingScene(scene).show(brief)
    take_pictures(app, brief)
    for kind in ("verdicts", "slice labels", "flagged runs"):
        assert ReadingScene(scene).node(kind).GetDisplayNode().GetVisibility()
