"""Two small pictures of a reading for a contact sheet: its worst axial slice, and a sagittal one."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.inference.grid import order_of
from SpineLib.labels import CANAL, structure_color
from SpineLib.reading import Reading
from SpineLib.volume import Volume

AXIAL, SAGITTAL = "axial.jpg", "sagittal.jpg"
_PIXELS = 320  # the longer side
_QUALITY = 80
_RING_MM, _HALF_MM, _OPAQUE = 11.0, 50.0, 0.35
_RING = "#56B4E9"  # Okabe and Ito's sky blue: no verdict's colour


def draw(reading: Reading) -> dict[str, bytes]:
    """File name → JPEG; without one that the reading has nothing for.

    The axial slice is the one with the worst answer, else the middle one of those that were read,
    10 cm around the canal with a ring where that was found. The sagittal one is the middle of the
    canal or the middle slice, with the segmentation where there is one. Left is on the right.
    """
    pictures = {}
    worst = _worst(reading.findings)
    if worst is not None and worst[0].id in reading.volumes:
        pictures[AXIAL] = _axial(reading.volumes[worst[0].id], worst[1])
    findings = reading.findings
    looked_at = [findings.segmentation.stack, *findings.levels.stacks]
    stack = next((stack_id for stack_id in looked_at if stack_id in reading.volumes), None)
    if stack is not None:
        labels = reading.segmentation if stack == findings.segmentation.stack else None
        pictures[SAGITTAL] = _sagittal(reading.volumes[stack], labels)
    return pictures


def _worst(findings: Findings) -> tuple[StackFindings, SliceFinding] | None:
    pairs = [(stack, slice_) for stack in findings.stacks for slice_ in stack.slices]
    if not pairs:
        return None
    middle = len(pairs) // 2
    # Of equal ones the first; with no answer anywhere, the middle one.
    ordered = [pairs[middle], *pairs]
    return max(ordered, key=lambda pair: findings.severity(pair[1]))


def _axial(volume: Volume, finding: SliceFinding) -> bytes:
    picture = volume.voxels[finding.index]
    window, center = _window(picture), finding.canal_center_ras
    i, j, _ = volume.ijk(center if center is not None else volume.slice_center(finding.index))
    across, down, _ = volume.spacing
    half = (_HALF_MM / down, _HALF_MM / across) if center is not None else picture.shape
    top, left = (max(0, round(at - size)) for at, size in zip((j, i), half, strict=True))
    picture = picture[top : round(j + half[0]) + 1, left : round(i + half[1]) + 1]
    # As radiologists hang it, however the file orders it: left on the right, front above.
    to_left, to_back = volume.directions[0, 0] < 0, volume.directions[1, 1] < 0
    turned = picture[:: 1 if to_back else -1, :: 1 if to_left else -1]
    image, scale = _scaled(turned, down, across, window)
    if center is not None:
        rows, columns = picture.shape
        x = (i - left if to_left else left + columns - 1 - i) + 0.5
        y = (j - top if to_back else top + rows - 1 - j) + 0.5
        x, y, r = x * across * scale, y * down * scale, _RING_MM * scale
        ImageDraw.Draw(image).ellipse((x - r, y - r, x + r, y + r), outline=_RING, width=2)
    return _jpeg(image)


def _sagittal(volume: Volume, labels: Volume | None) -> bytes:
    order = order_of(volume)
    voxels = order.canonical(volume.voxels)
    _, down, across = order.canonical_values(volume.spacing[::-1])
    k, classes = len(voxels) // 2, None
    if labels is not None:
        classes = order.canonical(labels.voxels)
        canal = (classes == CANAL).sum(axis=(1, 2))
        k = int(canal.argmax()) if canal.any() else k
    image, _ = _scaled(voxels[k], down, across, _window(voxels[k]))
    return _jpeg(image if classes is None else _overlaid(image, classes[k]))


def _overlaid(image: Image.Image, classes: NDArray[np.uint8]) -> Image.Image:
    colors = np.zeros((256, 3), np.uint8)
    for label in np.unique(classes):
        if label:
            text = structure_color(int(label))
            colors[label] = [int(text[n : n + 2], 16) for n in (1, 3, 5)]
    over, mask = colors[classes], np.where(classes > 0, round(255 * _OPAQUE), 0).astype(np.uint8)
    same = image.size, Image.Resampling.NEAREST
    image.paste(Image.fromarray(over).resize(*same), mask=Image.fromarray(mask).resize(*same))
    return image


def _window(picture: NDArray) -> tuple[float, float]:
    low, high = np.percentile(picture, [0.5, 99.5])
    return float(low), float(max(high, low + 1e-6))


def _scaled(
    picture: NDArray, down: float, across: float, window: tuple[float, float]
) -> tuple[Image.Image, float]:
    """A grey picture with square pixels, and its pixels a millimetre."""
    low, high = window
    grey = (np.clip((picture - low) / (high - low), 0, 1) * 255).astype(np.uint8)
    height, width = picture.shape[0] * down, picture.shape[1] * across
    scale = _PIXELS / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return Image.fromarray(grey).resize(size, Image.Resampling.BILINEAR).convert("RGB"), scale


def _jpeg(image: Image.Image) -> bytes:
    stream = BytesIO()
    image.save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()
