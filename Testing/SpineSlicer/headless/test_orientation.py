"""Left is left: marked voxels of oblique and flipped volumes are found in the rendered pictures."""

import io

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage
from scipy.spatial.transform import Rotation

from SpineLib.findings import Findings
from SpineLib.reading import Reading
from SpineLib.volume import Volume
from SpineSlicer.headless.camera import Camera
from SpineSlicer.headless.planes import slice_to_ras
from SpineSlicer.scene.ReadingScene import ReadingScene
from Testing.readings import stack_of

LEFT, RIGHT = np.array([-1.0, 0, 0]), np.array([1.0, 0, 0])
ANTERIOR, SUPERIOR = np.array([0, 1.0, 0]), np.array([0, 0, 1.0])
CENTER = np.array([12.0, -30.0, 55.0])

# Columns: the directions of i, j, k. As scanners store axial and sagittal slices, and worse.
STORED = {
    "axial": np.stack([LEFT, -ANTERIOR, SUPERIOR], axis=1),
    "axial, flipped": np.stack([RIGHT, ANTERIOR, -SUPERIOR], axis=1),
    "sagittal": np.stack([-ANTERIOR, -SUPERIOR, LEFT], axis=1),
    "left-handed": np.stack([RIGHT, -ANTERIOR, SUPERIOR], axis=1),
}


def volume_with_block(stored: str, towards: np.ndarray) -> Volume:
    """Grey noise with a bright block 22 mm from the middle in a direction of the patient."""
    tilt = Rotation.from_euler("xyz", [14.0, -9.0, 11.0], degrees=True).as_matrix()
    directions = tilt @ STORED[stored]
    shape, spacing = (30, 80, 84), np.array([1.1, 1.2, 3.5])
    matrix = np.eye(4)
    matrix[:3, :3] = directions * spacing
    matrix[:3, 3] = CENTER - matrix[:3, :3] @ ((np.array(shape[::-1]) - 1) / 2)
    volume = Volume(np.zeros(shape, np.int16), matrix)
    k, j, i = np.indices(shape)
    points = volume.ras(np.stack([i, j, k], axis=-1))
    voxels = np.random.default_rng(0).integers(50, 150, shape).astype(np.int16)
    voxels[np.linalg.norm(points - (CENTER + 22.0 * towards), axis=-1) < 10.0] = 2000
    return volume.with_voxels(voxels)


def block_in_picture(app, volume: Volume, view: str) -> tuple[float, float]:
    """Where the block is: -1 to 1 from left to right, -1 to 1 from bottom to top."""
    stack = stack_of(volume, "1", "axial", "cervical")
    reading = Reading(Findings([stack]), {"1": volume})
    ReadingScene(app.scene).show(reading)
    matrix = slice_to_ras(volume, view, CENTER)
    picture = Camera(app, reading).slice_picture(view, "1", matrix, 90.0, (300, 300), "", {})
    pixels = np.asarray(Image.open(io.BytesIO(picture.png)).convert("L"))
    # Letters are thin: what is left after peeling their width off is the block.
    block = ndimage.binary_erosion(pixels > 180, iterations=6)
    assert block.any(), "the block is not in the picture"
    row, column = ndimage.center_of_mass(block)
    return column / 150 - 1, 1 - row / 150


@pytest.mark.parametrize("stored", STORED)
def test_the_patients_left_is_on_the_right_of_an_axial_picture(app, scene, stored):
    across, up = block_in_picture(app, volume_with_block(stored, LEFT), "axial")
    assert across > 0.3
    assert abs(up) < 0.3


@pytest.mark.parametrize("stored", STORED)
def test_anterior_is_up_in_an_axial_picture(app, scene, stored):
    across, up = block_in_picture(app, volume_with_block(stored, ANTERIOR), "axial")
    assert up > 0.3
    assert abs(across) < 0.3


@pytest.mark.parametrize("stored", STORED)
def test_superior_is_up_in_a_sagittal_picture(app, scene, stored):
    _, up = block_in_picture(app, volume_with_block(stored, SUPERIOR), "sagittal")
    assert up > 0.3


@pytest.mark.parametrize("stored", STORED)
def test_anterior_is_left_in_a_sagittal_picture(app, scene, stored):
    across, _ = block_in_picture(app, volume_with_block(stored, ANTERIOR), "sagittal")
    assert across < -0.3


def test_the_3d_view_shows_left_where_its_letter_stands(app, scene, cervical):
    ReadingScene(scene).show(cervical)
    camera = Camera(app, cervical)
    with camera.only(["4"], "verdicts"):
        camera.three_d_picture((200, 200), "", {})
    shown = {side: actor.GetInput() for side, actor in app.overlay(app.three_d).actors.items()}
    renderer = app.three_d.renderer()
    focus = np.array(renderer.GetActiveCamera().GetFocalPoint())

    def screen(point):
        renderer.SetWorldPoint(*point, 1.0)
        renderer.WorldToDisplay()
        return np.array(renderer.GetDisplayPoint()[:2])

    assert screen(focus + 20 * LEFT)[0] > screen(focus)[0]
    assert screen(focus + 20 * SUPERIOR)[1] > screen(focus)[1]
    assert "L" in shown["right"] and "R" in shown["left"]
    assert shown["top"] == "S" and shown["bottom"] == "I"
