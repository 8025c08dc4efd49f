"""A block of slices and its place: from DICOM's cosines and corners to a matrix in RAS."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from SpineLib.dicom.header import FrameHeader
from SpineLib.volume import LPS_TO_RAS, lps_to_ras

# Positions are rounded to 0.1 mm at worst.
PLACE_TOLERANCE_MM = 0.1
# Above this angle between the slices' normal and the line through their corners a stack is
# sheared (gantry tilt); below it is rounding, and the line is taken to be the normal.
SHEAR_TOLERANCE = 0.5

Point = tuple[float, float, float]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """Frames in the order of the k axis, with their place.

    Attributes:
        ijk_to_ras: 4×4, or None where the frames have no common place.
        missing: RAS mm of the middles of slices that are lost beside this block.
        problem: why the frames are no volume; empty when they are one.
    """

    frames: tuple[FrameHeader, ...]
    ijk_to_ras: FloatArray | None = None
    missing: tuple[Point, ...] = ()
    problem: str = ""
    warnings: tuple[str, ...] = ()


def cosines(frame: FrameHeader) -> tuple[FloatArray, FloatArray]:
    """Unit vectors (LPS) along which column and row indices grow."""
    values = np.array(frame.orientation)
    return values[:3], values[3:]


def normal_of(frame: FrameHeader) -> FloatArray:
    """Unit normal (LPS) of a frame, so that columns, rows and it are right-handed."""
    normal = np.cross(*cosines(frame))
    return normal / np.linalg.norm(normal)


def middle(frame: FrameHeader, corner: FloatArray) -> Point:
    """RAS mm of the middle of a slice like ``frame`` whose first pixel is at ``corner`` (LPS)."""
    along_row, along_column = cosines(frame)
    between_rows, between_columns = frame.pixel_spacing
    center = (
        corner
        + along_row * between_columns * (frame.source.columns - 1) / 2
        + along_column * between_rows * (frame.source.rows - 1) / 2
    )
    r, a, s = lps_to_ras(center)
    return float(r), float(a), float(s)


def placed_block(row: list[FrameHeader], normal: FloatArray, missing: tuple[Point, ...]) -> Block:
    """A block with its matrix, or the problem that it is sheared or uneven.

    Args:
        row: slices of one orientation in the order of their depth.
        normal: their unit normal, LPS.
        missing: middles of lost slices beside the row, RAS mm.
    """
    warnings = []
    points = np.array([f.position for f in row])
    if len(row) > 1:
        step = (points[-1] - points[0]) / (len(row) - 1)
        depth = float(step @ normal)
        across = float(np.linalg.norm(step - depth * normal))
        angle = float(np.degrees(np.arctan2(across, abs(depth))))
        if angle > SHEAR_TOLERANCE and across * (len(row) - 1) > PLACE_TOLERANCE_MM:
            problem = (
                f"the slices are sheared by {angle:.1f}° (gantry tilt), not a right-angled volume"
            )
            return Block(tuple(row), None, missing, problem)
        expected = points[0] + np.outer(np.arange(len(row)), step)
        if np.abs(points - expected).max() > max(PLACE_TOLERANCE_MM, 0.05 * depth):
            return Block(tuple(row), None, missing, "the slices are not evenly spaced")
        warnings += _left_between(row, abs(depth))
    else:
        depth = row[0].between or row[0].thickness or 0.0
        if depth <= 0:
            return Block(tuple(row), None, missing, "one slice that does not say its thickness")
        warnings.append(f"one slice only; its spacing of {depth:g} mm is its thickness")
    origin = points.mean(axis=0) - normal * depth * (len(row) - 1) / 2
    return Block(tuple(row), matrix(row[0], normal * depth, origin), missing, "", tuple(warnings))


def _left_between(row: list[FrameHeader], step: float) -> list[str]:
    """A warning where header and numbers agree that slices in between are lost."""
    between, numbers = row[0].between or 0.0, [f.instance for f in row]
    every = round(step / between) if between else 1
    if every < 2 or None in numbers or abs(step - every * between) > 0.05 * between:
        return []
    paces = {abs(b - a) for a, b in pairwise(n for n in numbers if n is not None)}
    if paces != {every}:
        return []
    return [
        f"only one slice in {every} is here: the header says {between:g} mm between slices, and they "
        f"lie {step:.3g} mm apart"
    ]


def matrix(frame: FrameHeader, step: FloatArray, origin: FloatArray) -> FloatArray:
    """Voxel indices to RAS (PS3.3 C.7.6.2.1.1); rows of pixels run along the first cosines."""
    along_row, along_column = cosines(frame)
    normal = normal_of(frame)
    along_row = along_row / np.linalg.norm(along_row)
    along_column = np.cross(normal, along_row)
    between_rows, between_columns = frame.pixel_spacing
    lps = np.eye(4)
    lps[:3, 0] = along_row * between_columns
    lps[:3, 1] = along_column * between_rows
    lps[:3, 2] = step
    lps[:3, 3] = origin
    return LPS_TO_RAS @ lps
