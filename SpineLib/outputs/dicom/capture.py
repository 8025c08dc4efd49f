"""Key pictures for viewers that show nothing else: Secondary Capture."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from highdicom.sc import SCImage
from PIL import Image

from SpineLib.outputs.dicom.making import Making


def secondary_capture(making: Making, picture: bytes, title: str) -> SCImage:
    """Makes one picture's object.

    Args:
        making: the export.
        picture: PNG or JPEG; every picture of ours carries the notice.
        title: what it shows.
    """
    image = Image.open(BytesIO(picture)).convert("RGB")
    identity = making.identity()
    for name in ("manufacturer_model_name", "software_versions", "device_serial_number"):
        identity.pop(name)
    capture = SCImage.from_ref_dataset(
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
    capture["PatientOrientation"].value = None
    capture.BurnedInAnnotation = "YES"
    return making.finished(capture, title)
