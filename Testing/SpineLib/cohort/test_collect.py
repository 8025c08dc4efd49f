"""Tables have each study once, and respect what people said on the quality control page."""

import csv
import json

import pytest

from SpineLib.cohort.collecting import collect
from SpineLib.errors import BadInput
from SpineLib.findings_file import read_json, write_json
from SpineLib.labels import COMPRESSED
from SpineLib.questions import COMPRESSION, Opinion
from Testing.SpineLib.cohort.conftest import rows_of, run_here


def table(cohort, name):
    with (cohort / "collected" / f"{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def read(cohort):
    run_here(cohort)
    return cohort


def rated(tmp_path, one, rating, time="2026-11-29T12:00:00Z", **changes):
    values = {"study": one.study.key, "reading": one.key, "rating": rating, "comment": "",
              "by": "anna", "time": time, **changes}  # fmt: skip
    path = tmp_path / f"{rating}-{time[-3:]}.json"
    path.write_text(json.dumps([values]))
    return path


def test_every_study_of_the_plan_is_a_row_and_every_slice_that_was_read(read):
    made = collect(read)
    assert sorted(row["state"] for row in table(read, "studies")) == ["failed", *["read"] * 3]
    assert len(table(read, "slices")) == 9
    assert "cut off" in made.page.read_text(encoding="utf-8")
    assert "/axial.jpg" in made.quality.read_text(encoding="utf-8")


def test_an_answer_stands_at_its_slice_level_and_study(read):
    (one, *_) = [row for row in rows_of(read) if row.is_read]
    findings = read_json(one.reading / "findings.json")
    finding = findings.stacks[0].slices[1]
    by = next(name for question, name in _answers() if question == COMPRESSION.key)
    finding.level = "C5"
    finding.opinions = [
        Opinion(COMPRESSION.key, by, value=COMPRESSED, positive=True, probability=0.9)
    ]
    findings.questions = [COMPRESSION]
    write_json(findings, one.reading / "findings.json")
    collect(read)
    (level,) = table(read, "levels")
    assert (level["study"], level["level"], level["compression_worst"]) == (
        one.study.key, "C5", COMPRESSED,
    )  # fmt: skip
    (row,) = [row for row in table(read, "slices") if row["compression_value"]]
    assert (row["slice"], row["compression_probability"]) == ("1", "0.9000")


def _answers():
    from SpineLib.cohort.setting import Setting

    return Setting.here().answers


def test_parquet_holds_what_csv_holds(read):
    parquet = pytest.importorskip("pyarrow.parquet")
    collect(read)
    for name in ("studies", "slices", "levels"):
        found = parquet.read_table(read / "collected" / f"{name}.parquet").to_pylist()
        rows = table(read, name)
        assert [one["study"] for one in found] == [row["study"] for row in rows]
    assert {row["state"] for row in parquet.read_table(
        read / "collected" / "studies.parquet").to_pylist()} == {"read", "failed"}  # fmt: skip


def test_a_study_rated_fail_is_a_row_of_the_studies_and_in_no_other_table(read, tmp_path):
    (one, *_) = [row for row in rows_of(read) if row.is_read]
    made = collect(read, [rated(tmp_path, one, "fail", comment="moved")])
    assert any("1 left out" in note for note in made.notes)
    (row,) = [row for row in table(read, "studies") if row["excluded"] == "True"]
    assert (row["study"], row["rating"], row["comment"]) == (one.study.key, "fail", "moved")
    assert one.study.key not in {row["study"] for row in table(read, "slices")}
    # The last word counts, whatever the order in which the files come; none is lost.
    collect(read, [rated(tmp_path, one, "pass", "2026-11-29T13:00:00Z")])
    collect(read, [rated(tmp_path, one, "doubtful", "2026-11-29T11:00:00Z")])
    assert one.study.key in {row["study"] for row in table(read, "slices")}
    assert len((read / "ratings.jsonl").read_text().splitlines()) == 3


def test_the_same_file_of_ratings_twice_is_one_rating_and_another_file_is_refused(read, tmp_path):
    (one, *_) = [row for row in rows_of(read) if row.is_read]
    file = rated(tmp_path, one, "doubtful")
    collect(read, [file])
    collect(read, [file])
    assert len((read / "ratings.jsonl").read_text().splitlines()) == 1
    file.write_text('[{"study": "x", "reading": "y", "rating": "lovely"}]')
    with pytest.raises(BadInput, match="not a file of ratings"):
        collect(read, [file])


def test_readings_with_another_setting_are_in_no_table_and_said(read):
    (one, *_) = [row for row in rows_of(read) if row.is_read]
    one.reading.rename(one.folder / ("0" * 16))
    made = collect(read)
    assert [row["state"] for row in table(read, "studies")].count("waiting") == 1
    assert any("by another version" in note for note in made.notes)


def test_the_commands_say_how_far_a_cohort_is(read, spine):
    assert "3 read, 1 failed, 0 waiting" in spine("cohort", "status", read).out
    answer = spine("cohort", "run", read, "--shard", "5/4")
    assert (answer.code, answer.errors) == (2, ["Error: 5/4 is not a shard. Give it as 3/40."])
    parts = [spine("cohort", "run", read, "--shard", f"{n}/2") for n in (1, 2)]
    assert all(part.code == 0 and "now 0 read, 0 failed" in part.out for part in parts)
    assert sum(int(part.out.split()[0]) for part in parts) == 4
    assert "quality.html" in spine("cohort", "collect", read).out
