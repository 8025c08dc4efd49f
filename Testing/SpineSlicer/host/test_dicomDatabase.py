"""Studies of Slicer's DICOM database, as people read names and days."""

from types import SimpleNamespace

import pytest
import slicer

from SpineSlicer.host.dicomDatabase import databaseStudies


@pytest.mark.parametrize(("name", "date", "shown"), [
    ("Doe^Jane^A", "20200131", "Doe, Jane A, 2020-01-31, neck"),
    ("Doe", "", "Doe, neck"),
    ("", "unknown", "unknown, neck"),
    ("Yamada^Tarou=山田^太郎", "20200131", "Yamada, Tarou, 2020-01-31, neck"),
])  # fmt: skip
def test_a_study_is_offered_as_people_write_names_and_days(monkeypatch, name, date, shown):
    database = SimpleNamespace(
        isOpen=True, patients=lambda: ("1",), nameForPatient=lambda _: name,
        studiesForPatient=lambda _: ("1.2",), seriesForStudy=lambda _: ("1.3",),
        fieldForSeries=lambda *_: "MR", fieldForStudy=lambda *_: date,
        descriptionForStudy=lambda _: "neck",
    )  # fmt: skip
    monkeypatch.setattr(slicer, "dicomDatabase", database, raising=False)
    assert [study.title for study in databaseStudies()] == [shown]
