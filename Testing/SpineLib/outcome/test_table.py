"""A person's table: what is understood, and what is refused with what to do."""

import json

import pytest

from SpineLib.errors import BadInput, BadRequest, SpineError
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


def test_a_follow_up_before_the_operation_is_refused(rows, table):
    for row in rows:
        row |= {"operation_date": "2023-05-02", "followup_date_6": "2023-11-06"}
    assert len(read_cohort(table(rows)).table) == len(rows)
    rows[0]["followup_date_6"] = "2023-05-01"
    assert "Row 2: the visit at 6 months is not after the operation" in refused(table, rows)


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


def test_parquet_is_read_as_csv_is_or_says_what_is_missing(rows, table, tmp_path):
    import pandas as pd

    path = tmp_path / "cohort.parquet"
    try:
        pd.DataFrame(rows).to_parquet(path)
    except ImportError:
        path.write_bytes(b"PAR1")
        with pytest.raises(SpineError, match="pyarrow"):
            read_cohort(path)
        return
    own, other = read_cohort(path), read_cohort(table(rows))
    assert own.table.drop(columns="patient").equals(other.table.drop(columns="patient"))


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
