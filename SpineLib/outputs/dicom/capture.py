"""Key pictures with the notice burnt in, for viewers that show nothing else: Secondary Capture."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from highdicom.sc import SCImage
from PIL import Image, ImageDraw, ImageFont

from SpineLib.outputs.dicom.making import Making

_BAR, _SIZE = 26, 16  # pixels: the bar under the picture, its letters


def secondary_capture(making: Making, picture: bytes, title: str) -> SCImage:
    """Makes one picture's object.

    Args:
        making: the export.
        picture: PNG or JPEG.
        title: what it shows.
    """
    image = _with_notice(Image.open(BytesIO(picture)).convert("RGB"), f"{title}. {making.notice}")
    identity = making.identity()
    for name in ("manufacturer_model_name", "software_versions", "device_serial_number"):
        identity.pop(name)
    made = SCImage.from_ref_dataset(
        ref_dataset=making.images.any,
        pixel_array=np.asarray(image),
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        patient_orientation=("L", "P"),
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        **identity,
    )
    # highdicom asks for an orientation; a picture of a view may have another one.
    made["PatientOrientation"].value = None
    made.BurnedInAnnotation = "YES"
    return making.finished(made, title)


def _with_notice(image: Image.Image, notice: str) -> Image.Image:
    font = ImageFont.load_default(_SIZE)
    width = max(image.width, round(font.getlength(notice)) + 2 * 8)
    whole = Image.new("RGB", (width, image.height + _BAR))
    whole.paste(image, ((width - image.width) // 2, 0))
    ImageDraw.Draw(whole).text((8, image.height + 3), notice, "white", font)
    return whole
