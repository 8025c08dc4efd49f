"""What the pictures are called, for those who take them and the report that shows them."""

SEGMENTATION_SLICE, SEGMENTATION_SURFACES = "segmentation-sagittal", "segmentation-3d"


def slice_picture(stack: str, index: int) -> str:
    """One slice; the number counts from 1, as viewers do.

    Example:
        >>> slice_picture("4", 8)
        'slice-4-09'
    """
    return f"slice-{stack}-{index + 1:02d}"


def worst_picture(stack: str) -> str:
    """The slice with the highest probability, larger."""
    return f"worst-{stack}"


def ladder_picture(stack: str) -> str:
    """The verdicts in the sagittal plane."""
    return f"sagittal-{stack}"


def tube_picture(stack: str) -> str:
    """The verdicts in 3D."""
    return f"tube-{stack}"
