"""A study of the simulated scanner's slices, and its reading."""

import pytest

from SpineLib.reading import Reading
from Testing.SpineLib.dicom.conftest import SeriesWriter
from Testing.SpineLib.outputs.dicom_objects import HEADER, reading_of


@pytest.fixture
def writer() -> SeriesWriter:
    return SeriesWriter()


@pytest.fixture
def study(writer, tmp_path):
    writer.write(tmp_path / "study", [writer.place(6, 4.0, angle=12.0)], **HEADER)
    return tmp_path / "study"


@pytest.fixture
def reading(study) -> Reading:
    return reading_of(study)


@pytest.fixture
def picture() -> bytes:
    from io import BytesIO

    from PIL import Image

    stream = BytesIO()
    Image.new("RGB", (120, 90), "#405060").save(stream, "PNG")
    return stream.getvalue()
