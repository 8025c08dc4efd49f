"""A person's table: what is understood, and what is refused with what to do."""

import json

import numpy as np
import pandas as pd
import pytest

from SpineLib.errors import BadInput, BadRequest, SpineError
from SpineLib.findings import Findings
from SpineLib.outcome.mapping import read_mapping
from SpineLib.outcome.preparing import prepare
from SpineLib.outcome.recipe import read_recipe
from SpineLib.outcome.table import read_cohort


def refused(table, rows, **options):
    with pytest.raises(BadInput) as error:
        read_cohort(table(rows), **options)
    assert error.value.advice
    return str(error.value)


def test_an_mjoa_of_19_is_refused_and_its_row_named(rows, table):
    rows[3]["mjoa"] = 19
    said = refused(table, rows)
    assert "Row 5, mjoa: 19 is outside of 0 to 18" in said


def test_a_patient_who_is_there_twice_is_refused_without_saying_who(rows, table):
    rows[7]["patient"] = rows[2]["patient"]
    said = refused(table, rows)
    assert "Rows 4 and 9 are the same patient" in said
    assert rows[2]["patient"] not in said
    rows[7]["patient"] = rows[2]["patient"].swapcase()
    assert "Rows 4 and 9 are the same patient" in refused(table, rows)


def test_a_follow_up_before_the_operation_is_refused(rows, table):
    for row in rows:
        row |= {"operation_date": "2023-05-02", "followup_date_6": "2023-11-06"}
    assert len(read_cohort(table(rows)).table) == len(rows)
    rows[0]["followup_date_6"] = "2023-05-01"
    assert "Row 2: the visit at 6 months is not after the operation" in refused(table, rows)
    rows[0] |= {"followup_date_6": "2023-11-06", "followup_date_12": "2023-10-01"}
    assert "the visit at 12 months is not after that at 6 months" in refused(table, rows)


def test_dates_and_identifiers_are_not_kept(rows, table):
    for row in rows:
        row["operation_date"] = "2023-05-02"
    cohort = read_cohort(table(rows))
    assert "operation_date" not in cohort.table
    assert not set(cohort.table["patient"]) & {row["patient"] for row in rows}


def test_the_same_key_gives_a_patient_the_same_hash(rows, table, tmp_path):
    first, second = (read_cohort(table(rows), key=tmp_path).table["patient"] for _time in range(2))
    assert first.equals(second)
    assert not first.equals(read_cohort(table(rows)).table["patient"])


def test_parts_of_mjoa_that_do_not_add_up_are_refused_and_fill_a_missing_total(rows, table):
    total = rows[0]["mjoa"]
    rows[0]["mjoa"] = ""
    assert read_cohort(table(rows)).table["mjoa"][0] == total
    rows[0]["mjoa"] = total - 1
    assert f"mJOA is {total - 1:g} and its parts add up to {total:g}" in refused(table, rows)


def test_twelve_patients_are_too_few_and_ranking_is_named_instead(rows, table):
    cohort = read_cohort(table(rows[:12]))
    with pytest.raises(BadInput, match=r"12 patients .* too few") as error:
        prepare(cohort, read_recipe("good-outcome"))
    assert "spine outcome presets" in error.value.in_terminal


def test_an_outcome_that_nobody_has_is_refused(rows, table):
    for row in rows:
        row["mjoa_6"] = 9
    with pytest.raises(BadInput, match="No patient has the answer “yes”"):
        prepare(read_cohort(table(rows)), read_recipe("good-outcome"))


def test_a_column_of_one_value_is_refused_and_can_be_left_out(rows, table):
    for row in rows:
        row["smoking"] = "no"
    cohort, recipe = read_cohort(table(rows)), read_recipe("good-outcome")
    with pytest.raises(BadInput, match="smoking") as error:
        prepare(cohort, recipe)
    assert "--without smoking" in error.value.in_terminal
    assert "smoking" not in prepare(cohort, recipe.without(("smoking",))).recipe.predictors


@pytest.mark.parametrize(
    ("recipe", "leak"), [("good-outcome", "nurick_6"), ("severity", "mjoa_lower")]
)
def test_a_predictor_that_tells_the_answer_is_refused(recipe, leak, tmp_path):
    from SpineLib.outcome.recipe import FOLDER

    text = (FOLDER / f"{recipe}.toml").read_text().replace('["', f'["{leak}", "', 1)
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(BadRequest, match=f"{leak} .* cannot predict it"):
        read_recipe(tmp_path / "own.toml")


def test_a_table_without_the_follow_up_says_which_column_is_missing(rows, table):
    for row in rows:
        del row["mjoa_6"]
    with pytest.raises(BadRequest, match="no column mjoa_6"):
        prepare(read_cohort(table(rows)), read_recipe("good-outcome"))


def test_a_mapping_file_renames_recodes_and_changes_units(rows, table, tmp_path):
    for row in rows:
        row["Groesse"] = row.pop("height") / 100
        row["gender"] = {"female": 2, "male": 1}[row.pop("sex")]
        row["remark"] = "x"
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        '[columns]\nGroesse = "height"\ngender = "sex"\n'
        '[values.sex]\n1 = "male"\n2 = "female"\n[multiply]\nheight = 100.0\n'
    )
    cohort = read_cohort(table(rows), mapping=read_mapping(mapping))
    assert cohort.table["height"].between(120, 220).all()
    assert set(cohort.table["sex"]) == {"female", "male"}
    assert any("remark" in note for note in cohort.notes)


def test_redcaps_export_of_a_row_a_visit_becomes_a_row_a_patient(rows, table, tmp_path):
    visits = []
    for row in rows:
        before = {"record_id": row["patient"], "redcap_event_name": "baseline_arm_1",
                  "mjoa": row["mjoa"], "age": row["age"]}  # fmt: skip
        after = {"record_id": row["patient"], "redcap_event_name": "six_arm_1",
                 "mjoa": row["mjoa_6"], "age": ""}  # fmt: skip
        visits += [before, after]
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[events]\nbaseline_arm_1 = "before"\nsix_arm_1 = 6\n')
    cohort = read_cohort(table(visits), mapping=read_mapping(mapping))
    assert cohort.table["mjoa"].tolist() == [row["mjoa"] for row in rows]
    assert cohort.table["mjoa_6"].tolist() == [row["mjoa_6"] for row in rows]
    mapping.write_text('[events]\nbaseline_arm_1 = "before"\n')
    with pytest.raises(BadInput, match="six_arm_1"):
        read_cohort(table(visits), mapping=read_mapping(mapping))


def test_parquet_is_read_as_csv_is(rows, table, tmp_path):
    path = tmp_path / "cohort.parquet"
    pd.DataFrame(rows).to_parquet(path)
    own, other = read_cohort(path), read_cohort(table(rows))
    assert own.table.drop(columns="patient").equals(other.table.drop(columns="patient"))


def test_dates_and_gaps_of_parquet_are_read(rows, tmp_path):
    path = tmp_path / "cohort.parquet"
    frame = pd.DataFrame(rows)
    frame["operation_date"] = pd.to_datetime(["2023-05-02"] * 79 + [None])
    frame["smoking"] = pd.array([True, None] * 40, dtype="boolean")
    frame.to_parquet(path)
    assert read_cohort(path).table["smoking"].isna().sum() == 40


def test_parquet_without_its_package_is_one_line_that_says_so(rows, tmp_path, monkeypatch):
    path = tmp_path / "cohort.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(BadInput, match="cannot be read"):
        read_cohort(path)
    monkeypatch.setattr(
        pd, "read_parquet", lambda *_: (_ for _ in ()).throw(ImportError("pyarrow"))
    )
    with pytest.raises(SpineError, match="pyarrow"):
        read_cohort(path)


def as_text(rows, separator=",", point="."):
    """Rows as another program writes them."""
    lines = [list(rows[0]), *([str(v).replace(".", point) for v in row.values()] for row in rows)]
    return "\n".join(separator.join(cells) for cells in lines) + "\n"


@pytest.mark.parametrize("written", [
    lambda rows: as_text(rows, ";", ",").encode(),
    lambda rows: as_text(rows, "\t", ",").encode("utf-16"),
    lambda rows: b"\xef\xbb\xbf" + as_text(rows).replace("\n", "\r\n").encode(),
    lambda rows: b"sep=;\r\n" + as_text(rows, ";").encode(),
    lambda rows: (as_text(rows) + "\n" + "," * (len(rows[0]) - 1) + "\n\n").encode(),
    lambda rows: as_text(rows).replace("patient,", ' Patient ,', 1).replace("mjoa", "mJOA").encode(),
    lambda rows: "\n".join(line + "," for line in as_text(rows).splitlines()).encode(),
], ids=["semicolons and decimal commas", "UTF-16", "UTF-8 with its mark", "Excel's sep=",
        "empty rows at the end", "names in capitals", "one more comma in each row"])  # fmt: skip
def test_what_other_programs_write_is_read_as_the_same_table(rows, table, tmp_path, written):
    path = tmp_path / "other.csv"
    path.write_bytes(written(rows))
    own, other = read_cohort(table(rows)).table, read_cohort(path).table
    assert own.drop(columns="patient").equals(other.drop(columns="patient"))


def test_names_from_excel_keep_their_umlauts_and_the_guess_is_told(rows, tmp_path):
    for row in rows:
        row["site"] = "Universität"
    path = tmp_path / "cohort.csv"
    path.write_bytes(as_text(rows).encode("cp1252"))
    cohort = read_cohort(path)
    assert set(cohort.sites) == {"Universität"}
    assert any("Windows-1252" in note for note in cohort.notes)


@pytest.mark.parametrize(("raw", "said"), [
    (b"", "empty"),
    (b"PK\x03\x04 and so on", "Excel workbook"),
    ("patient,mjoa\n1,2\n".encode("utf-16-le"), "not text"),
    (b"patient,mjoa\n1,2\n2,3,4\n", "Row 3 has 3 cells and the header 2"),
    (b'patient,mjoa\n1,2\n2,"3\n3,4\n', "quotation mark"),
    (b"patient,mjoa,mjoa\n1,2,3\n", "Two columns are mjoa"),
    (b'patient,age\n1,"40,5"\n', "decimals need a point"),
    (b"patient,age\n\n1,17\n2,17\n3,40\n4,17\n", "Rows 3, 4 and 6, age: 17 is outside"),
    (b"patient,operation_date\n1,2024\n", "Row 2, operation_date: it is not a date"),
])  # fmt: skip
def test_a_file_that_is_no_table_is_refused_with_its_row(raw, said, tmp_path):
    path = tmp_path / "cohort.csv"
    path.write_bytes(raw)
    with pytest.raises(BadInput, match=said) as error:
        read_cohort(path)
    assert "\n" not in str(error.value)


def test_a_row_that_is_shorter_than_the_header_is_told(rows, tmp_path):
    path = tmp_path / "cohort.csv"
    lines = as_text(rows).splitlines()
    lines[4] = lines[4].rpartition(",")[0]
    path.write_text("\n".join(lines))
    assert any(
        note.startswith("Row 5: shorter than the header") for note in read_cohort(path).notes
    )


def test_dates_with_and_without_a_time_zone_are_compared(rows, table):
    for row, zone in zip(rows, ("T09:00:00+02:00", "") * 40, strict=True):
        row |= {"operation_date": f"2023-05-02{zone}", "followup_date_6": "2023-11-06"}
    assert len(read_cohort(table(rows)).table) == len(rows)


@pytest.mark.parametrize(("text", "said"), [
    ('[columns]\nGroesse = "height"\n', "column 'Groesse', which the table does not have"),
    ("[multiply]\nheight = nan\n", "cannot be multiplied by nan"),
    (f"[multiply]\nheight = {10**400}\n", "cannot be multiplied by 10000000000000000000"),
    ("[multiply]\nsex = 2.0\n", "sex is no number"),
    ('[values.sex]\n1 = "man"\n', "sex, 'man': it is not female, male"),
    ("[values]\nsex = 3\n", "are tables"),
    ('[events]\nlast = "after"\n', "the visit last"),
])  # fmt: skip
def test_a_mapping_that_would_be_lost_is_refused(text, said, rows, table, tmp_path):
    (tmp_path / "mapping.toml").write_text(text)
    with pytest.raises(BadInput, match=said) as error:
        read_cohort(table(rows), mapping=read_mapping(tmp_path / "mapping.toml"))
    assert error.value.advice


def test_a_mapping_may_swap_two_names_and_tell_codes_of_missing_values(rows, table, tmp_path):
    height = [row["height"] for row in rows]
    for row in rows:
        row["height"], row["weight"] = row["weight"], row["height"] / 100
    rows[2]["weight"] = -99
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[columns]\nheight = "weight"\nweight = "height"\n'
                       '[multiply]\nheight = 100.0\n[values.height]\n"-99" = ""\n')  # fmt: skip
    read = read_cohort(table(rows), mapping=read_mapping(mapping)).table["height"]
    assert read.isna().sum() == 1
    assert read.drop(2).tolist() == pytest.approx([*height[:2], *height[3:]])


def test_redcaps_boxes_units_and_rows_are_understood_in_every_visit(tmp_path):
    path, mapping = tmp_path / "redcap.csv", tmp_path / "mapping.toml"
    path.write_text("record_id,redcap_event_name,disease___1,ndi\n"
                    "7,before,Checked,20\n8,before,Unchecked,10\n8,six,,30\n7,six,,5\n")  # fmt: skip
    mapping.write_text('[columns]\ndisease___1 = "diabetes"\n[multiply]\nndi = 2.0\n'
                       '[events]\nbefore = "before"\nsix = 6\n')  # fmt: skip
    read = read_cohort(path, mapping=read_mapping(mapping)).table
    assert read["diabetes"].tolist() == [1, 0]
    assert (read["ndi"].tolist(), read["ndi_6"].tolist()) == ([40, 20], [10, 60])
    path.write_text(path.read_text().replace("8,six,,30", "8,six,,60"))
    with pytest.raises(BadInput, match="Rows 3 and 4, ndi_6: 120 is outside"):
        read_cohort(path, mapping=read_mapping(mapping))


def test_what_is_missing_is_counted_a_column(rows, table):
    for row in rows[:8]:
        row["mcc"] = ""
    missing = read_cohort(table(rows)).missing().set_index("column")
    assert missing.loc["mcc", "missing"] == 8
    assert missing.loc["mcc", "share"] == 8 / len(rows)
    assert missing.loc["age", "missing"] == 0


def test_readings_are_joined_by_the_patients_name_for_the_folder(graded, rows, table, tmp_path):
    from SpineLib.findings_file import write_json
    from SpineLib.outcome.imaging import imaging_of, read_imaging

    folder = tmp_path / "readings" / rows[4]["patient"]
    folder.mkdir(parents=True)
    write_json(graded.findings, folder / "findings.json")
    for row in rows:
        row["compressed_slices"] = ""
    cohort = read_cohort(table(rows), readings=read_imaging(tmp_path / "readings"))
    said = imaging_of(graded.findings)
    assert cohort.table["compressed_slices"][4] == said["compressed_slices"]
    assert cohort.table["compressed_slices"].notna().sum() == 1
    assert cohort.table["grade"][4] == said["grade"]
    assert json.dumps(cohort.notes)  # says how many
    with pytest.raises(BadInput, match="No reading belongs"):
        read_cohort(table(rows[:4]), readings=read_imaging(tmp_path / "readings"))


def test_quantities_of_the_narrowest_slice_are_joined_as_ratios(graded):
    from SpineLib.outcome.imaging import imaging_of
    from SpineLib.quantities import Quantity

    findings = Findings.from_dict(graded.findings.to_dict())
    stack = findings.stacks[0]
    slice_ = stack.slices[3]
    slice_.quantities = [Quantity("compression_ratio", 40.0), Quantity("ascor", 70.0)]
    narrowest = Quantity("mscc", 45.0, stack=stack.id, index=slice_.index)
    findings.quantities = [narrowest]
    said = imaging_of(findings)
    assert (said["mscc"], said["cord_ratio"], said["ascor"]) == (45.0, 0.4, 0.7)


def test_a_reading_is_found_however_its_folder_writes_an_umlaut(graded, rows, table, tmp_path):
    from SpineLib.findings_file import write_json
    from SpineLib.outcome.imaging import read_imaging

    rows[0]["patient"] = "M\u00fcller 1"
    folder = tmp_path / "readings" / "Mu\u0308ller 1"
    folder.mkdir(parents=True)
    write_json(graded.findings, folder / "findings.json")
    readings = read_imaging(tmp_path / "readings")
    assert read_cohort(table(rows), readings=readings).table["grade"].notna().sum() == 1


def test_what_a_reading_says_beyond_its_range_is_left_out_and_told(rows, table):
    for row in rows:
        row["mcc"] = ""
    cohort = read_cohort(table(rows), readings={rows[1]["patient"]: {"mcc": 130.0, "mscc": 40.0}})
    assert cohort.table["mcc"].isna().all()
    assert any("says what cannot be: mcc" in note for note in cohort.notes)


def test_a_predictor_that_one_patient_alone_has_is_told_and_ends_no_fit_without_the_patient(
    rows, table
):
    for number, row in enumerate(rows):
        row["t1_hypointensity"] = "yes" if number == 7 else "no"
    rows[30]["mcc"] = ""
    prepared = prepare(read_cohort(table(rows)), read_recipe("nouri2015"))
    assert any("Only 1 patient with another dark cord signal" in n for n in prepared.notes)
    others = prepared.data.only(np.arange(8, len(rows)))
    assert np.isfinite(others.fit("regression").predict(prepared.data.rows)).all()


@pytest.mark.parametrize("model", ["regression", "forest", "boosting"])
def test_a_predictor_that_the_other_hospitals_never_measured_moves_no_answer(rows, table, model):
    data = prepare(read_cohort(table(rows)), read_recipe("nouri2015")).data
    others = data.only(np.arange(20, len(rows)))
    others.rows[:, data.variable.index("mcc")] = np.nan
    others.rows[3, 0] = np.nan
    fitted = others.fit(model, setting={"C": 3.0, "leaf": 5, "leaves": 4})
    asked = np.repeat(data.rows[:1], 2, axis=0)
    asked[:, data.variable.index("mcc")] = 40, 90
    low, high = fitted.predict(asked)
    assert low == pytest.approx(high)
