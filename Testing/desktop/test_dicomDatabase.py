"""The stand-in's DICOM database drops what Slicer's drops."""

import pydicom

from Testing.desktop.dicomDatabase import DicomDatabase


def test_a_series_whose_instances_are_known_from_another_one_is_dropped(data, tmp_path):
    first = data / "dicom" / "cervical_t2_axial"
    for file in sorted(first.rglob("*.dcm"))[:3]:
        copy = pydicom.dcmread(file)
        copy.SeriesInstanceUID = "1.2.3"
        copy.save_as(tmp_path / file.name)
    assert list(tmp_path.iterdir())
    database = DicomDatabase(first, tmp_path)
    (study,) = database.studiesForPatient(*database.patients())
    (series,) = database.seriesForStudy(study)
    assert series != "1.2.3" and not database.filesForSeries("1.2.3")
    assert DicomDatabase(tmp_path).filesForSeries("1.2.3")
