"""Names of the pictures, shared by what takes them and the report that shows them."""

# The slice with the highest probability; where its network looked; the verdicts across the
# slices and in 3D; the segmentation.
WORST, ACTIVATION, LADDER, TUBE = "worst", "activation", "sagittal", "tube"
SEGMENTATION_SLICE, SEGMENTATION_SURFACES = "segmentation-sagittal", "segmentation-3d"


def slice_picture(stack: str, index: int) -> str:
    """One slice; the number counts from 1, as viewers do.

    Example:
        >>> slice_picture("4", 8)
        'slice-4-09'
    """
    return f"slice-{stack}-{index + 1:02d}"
