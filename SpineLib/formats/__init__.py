"""Volume files: NIfTI, NRRD and MetaImage, read whole or refused.

Read here and not by a library: ITK fills what a cut file lacks with zeros (NIfTI), takes an NRRD
space that it does not know for LPS, refuses axes that rounding has skewed, and is native code that
a damaged file may end. Writing is ITK's (`SpineLib.volume.write_volume`).
"""

from SpineLib.formats.image import FILE_SUFFIXES, Image, read_image

__all__ = ["FILE_SUFFIXES", "Image", "read_image"]
