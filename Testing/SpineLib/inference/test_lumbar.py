"""Lumbar levels: slips, angles and heights of known size, grades, and what every face says of them."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from SpineLib.errors import BadModel
from SpineLib.findings import Findings, QuestionSummary, SliceFinding, StackFindings
from SpineLib.findings_file import read_json, write_json
from SpineLib.inference.described import model_used
from SpineLib.inference.forests import load_trees
from SpineLib.inference.levels_again import grade_levels_again
from SpineLib.inference.lumbar import (
    axial_quantities,
    grades_by_sac,
    level_opinions,
    lumbar_quantities,
    rename_levels,
    sacs_at,
    summarise_levels,
    tell_slices,
)
from SpineLib.inference.measures import measure
from SpineLib.inference.naming import rename
from SpineLib.inference.outline_map import SAC_LABEL, measuring_again
from SpineLib.inference.study import ReadOptions
from SpineLib.labels import CANAL
from SpineLib.models import find_models, open_folder
from SpineLib.models.card import LEVEL_GRADING
from SpineLib.outputs.level_table import level_lines, narrowest_sentence, write_levels
from SpineLib.outputs.report import render
from SpineLib.outputs.summary import headline, missing, other_lines
from SpineLib.quantities import DEFINITIONS, Quantity
from SpineLib.questions import COMPRESSION, STENOSIS
from SpineLib.reading import Reading
from SpineLib.reasons import NO_CANAL, Reason
from SpineLib.slabs import finish
from SpineLib.training.level_grades import axial_law
from SpineLib.volume import Volume
from Testing.SpineLib.inference.test_measures import finding_of

BODY, DISC, DEPTH, WIDTH = 26.0, 9.0, 34.0, 44.0  # heights, depth and width of the bodies, mm
NAMES = ("L5", "L4", "L3", "L2")
AREA = np.pi / 4 * 15 * 20  # of the canal where nothing narrows it, mm²


def straight_spine(*, slip=0.0, wedge=0.0, turn=0.0, narrow=None, canal=True) -> Volume:
    """Four bodies and five discs above each other, a canal behind them, in voxels of 2 × 0.8 mm.

    Args:
        slip: mm that L4, with all above it, stands in front of L5.
        wedge: mm that L3 has lost in front.
        turn: degrees by which L4, with all above it, is tilted forward at the disc below it.
        narrow: name of the level → factor of the canal's diameters there.
    """
    matrix = np.array([[0, 0, 2.0, -32], [0, -0.8, 0, 60], [-0.8, 0, 0, 110], [0, 0, 0, 1.0]])
    grid = Volume(np.zeros((33, 160, 260), np.uint8), matrix)
    kji = np.moveaxis(np.indices(grid.shape), 0, -1)
    r, a, s = np.moveaxis(grid.ras(kji[..., ::-1]), -1, 0)
    joint = BODY / 2 + DISC / 2 - 45  # the middle of L4/L5
    angle = np.radians(turn)
    above = s > joint
    forward = np.where(above, slip, 0.0)
    ta = np.where(above, np.cos(angle) * a - np.sin(angle) * (s - joint), a) - forward
    ts = np.where(above, np.sin(angle) * a + np.cos(angle) * (s - joint) + joint, s)
    inside = (abs(r) < WIDTH / 2) & (abs(ta) < DEPTH / 2)
    for n in range(4):
        middle = -45 + n * (BODY + DISC)
        lost = wedge * (ta + DEPTH / 2) / DEPTH if NAMES[n] == "L3" else 0.0
        body = inside & (ts > middle - BODY / 2) & (ts < middle + BODY / 2 - lost)
        grid.voxels[body] = n + 1
    for n in range(5):
        middle = -45 + (n - 0.5) * (BODY + DISC)
        grid.voxels[inside & (abs(ts - middle) < DISC / 2)] = 201 + n
    if canal:
        factor = np.ones_like(s)
        for name, share in (narrow or {}).items():
            at = -45 + (NAMES.index(name.split("/")[0]) - 0.5) * (BODY + DISC)
            factor = np.where(abs(s - at) < 7, share, factor)
        ellipse = (2 * r / (20 * factor)) ** 2 + (2 * (a + DEPTH / 2 + 12) / (15 * factor)) ** 2 < 1
        grid.voxels[ellipse & (grid.voxels == 0) & (abs(s) < 75)] = CANAL
    return grid


def named(grid: Volume):
    """The structures' finding, with the names that they have in a spine counted from L5."""
    finding = finding_of(grid)
    names = {n + 1: name for n, name in enumerate(NAMES)}
    discs = {201: "L5/S1", 202: "L4/L5", 203: "L3/L4", 204: "L2/L3", 205: "L1/L2"}
    for segment in finding.segments:
        segment.name = {**names, **discs, CANAL: "canal"}[segment.label]
    return replace(finding, stack="6", lowest="L5", evidence="drawn")


def sizes(grid: Volume) -> dict[tuple[str, str], Quantity]:
    finding = named(grid)
    return {(q.level, q.key): q for q in lumbar_quantities(measure(grid, finding), finding)}


@pytest.fixture(scope="module")
def model():
    return find_models(LEVEL_GRADING)[0]


@pytest.fixture(scope="module")
def narrow():
    """The structures' finding and sizes of a spine whose canal is narrow at L4/L5."""
    grid = straight_spine(narrow={"L4/L5": 0.5})
    finding = named(grid)
    return finding, measure(grid, finding)


@pytest.fixture(scope="module")
def narrowed(model, narrow):
    """Findings of the narrow spine, with axial slices in the same space."""
    finding, found = narrow
    frame, turned = "1.2.3", np.diag([-1.0, -1.0, 4.0, 1.0])
    turned[:3, 3] = [80, 80, -80]
    middles = [[0.0, 0.0, -80.0 + 4 * k] for k in range(40)]
    axial = StackFindings(
        "7", plane="axial", frame_of_reference_uid=frame, spacing=[1.0, 1.0, 4.0],
        ijk_to_ras=turned.tolist(), shape=[40, 160, 160],
        slices=[SliceFinding(k, f"1.2.9.{k}", 1, middle) for k, middle in enumerate(middles)],
    )  # fmt: skip
    sagittal = StackFindings("6", plane="sagittal", frame_of_reference_uid=frame)
    findings = Findings(
        [sagittal, axial], [COMPRESSION, STENOSIS], segmentation=finding,
        quantities=lumbar_quantities(found, finding),
        level_opinions=level_opinions(found, model.card, load_trees(model)),
    )  # fmt: skip
    tell_slices(findings)
    findings.summaries = [
        QuestionSummary("compression", reason="made for another part of the spine"),
        summarise_levels(findings, model.card),
    ]
    return findings


def test_a_spine_of_known_sizes_measures_so():
    found = sizes(straight_spine())
    assert found["L4/L5", "disc_height"].value == pytest.approx(DISC, abs=0.5)
    assert found["L3/L4", "canal_area"].value == pytest.approx(AREA, rel=0.05)
    assert found["L4/L5", "slip"].value == pytest.approx(0, abs=0.4)
    assert found["L4/L5", "disc_bulge"].value == pytest.approx(0, abs=0.4)
    for key in ("body_front", "body_middle", "body_back"):
        assert found["L4", key].value == pytest.approx(BODY, abs=0.5)
    assert all(q.stack == "6" for q in found.values())


@pytest.mark.parametrize("slip", [6.0, -4.0])
def test_a_slip_is_measured_in_millimetres_and_as_a_share_of_the_lower_body(slip):
    found = sizes(straight_spine(slip=slip))
    assert found["L4/L5", "slip"].value == pytest.approx(slip, abs=0.6)
    assert found["L4/L5", "slip_percent"].value == pytest.approx(100 * slip / DEPTH, abs=2)
    assert found["L3/L4", "slip"].value == pytest.approx(0, abs=0.4)


def test_a_body_that_lost_height_in_front_has_a_lower_ratio():
    found = sizes(straight_spine(wedge=9.0))
    assert found["L3", "height_ratio"].value == pytest.approx(
        100 * (BODY - 9 * 5 / 6) / (BODY - 9 / 6), abs=3
    )
    assert found["L4", "height_ratio"].value == pytest.approx(100, abs=3)


def test_an_angle_between_two_bodies_is_the_segments_and_no_other_ones():
    found = sizes(straight_spine(turn=8.0))
    assert abs(found["L4/L5", "segmental_angle"].value) == pytest.approx(8, abs=1.5)
    assert found["L3/L4", "segmental_angle"].value == pytest.approx(0, abs=1.5)


def test_what_cannot_be_measured_is_missing_with_its_reason_and_never_zero():
    found = sizes(straight_spine(canal=False))
    for one in found.values():
        assert (one.value is None) == (one.why is not None)
    assert "no canal" in str(found["L4/L5", "canal_area"].why)
    assert "sacrum" in str(found["L5/S1", "slip"].why)
    assert "L1 and L5" in str(found["", "lordosis"].why)


def test_every_quantity_of_levels_has_a_definition_and_a_unit():
    for (_level, key), _one in sizes(straight_spine()).items():
        assert DEFINITIONS[key].definition and DEFINITIONS[key].ucum


def test_a_narrow_canal_is_graded_and_a_wide_one_is_not_flagged(narrowed):
    values = {opinion.level: opinion for opinion in narrowed.level_opinions}
    assert values["L4/L5"].value == "severe" and values["L4/L5"].positive
    assert values["L2/L3"].value == "normal or mild" and not values["L2/L3"].positive
    answered = [one for one in values.values() if one.assessed]
    assert len(answered) == 4  # no canal was drawn beside the highest disc
    for one in answered:
        assert sum(one.probabilities.values()) == pytest.approx(1)


def test_without_a_canal_no_level_is_graded(model):
    grid = straight_spine(canal=False)
    answers = level_opinions(measure(grid, named(grid)), model.card, load_trees(model))
    assert answers and not any(answer.assessed for answer in answers)
    assert all("no canal" in answer.reason or "border" in answer.reason for answer in answers)
    assert not summarise_levels(Findings(level_opinions=answers), model.card).assessed


def test_the_verdict_of_a_lumbar_study_is_its_narrowest_level(narrowed):
    said = headline(narrowed)
    assert said.text == "Narrowest at L4/L5: central stenosis severe"
    assert "mm²" in said.detail and "front to back" in said.detail
    assert "Compression: not assessed – made for another part of the spine" in other_lines(narrowed)
    assert (said.mark, said.color) == ("S", STENOSIS.color("severe"))
    assert any(row.what == "Compression" for row in missing(narrowed))


def test_where_no_level_is_narrow_the_narrowest_one_is_still_named(model):
    grid = straight_spine(narrow={"L3/L4": 0.9})
    finding = named(grid)
    found = measure(grid, finding)
    answers = level_opinions(found, model.card, load_trees(model))
    whole = Findings(level_opinions=answers, quantities=lumbar_quantities(found, finding))
    summary = summarise_levels(whole, model.card)
    assert (summary.level, summary.positive_slices) == ("L3/L4", 0)


def test_the_axial_slice_through_a_disc_carries_its_grade_and_no_other_slice_does(narrowed):
    axial = narrowed.stack("7")
    carrying = {o.level: slice_ for slice_ in axial.slices for o in slice_.opinions}
    middle = -45 + 0.5 * (BODY + DISC)
    assert carrying["L4/L5"].position_ras[2] == pytest.approx(middle, abs=2)
    placed = [opinion for opinion in narrowed.level_opinions if opinion.place_ras]
    assert sum(len(slice_.opinions) for slice_ in axial.slices) == len(placed) > 3
    summary = narrowed.summary("stenosis")
    assert (summary.stack, summary.index) == ("7", carrying["L4/L5"].index)


@pytest.fixture
def outlined(narrowed, narrow):
    """`narrowed`'s findings whose axial slices have sacs of 300, 301, … mm², and its sizes."""
    study = Findings.from_dict(narrowed.to_dict())
    for slice_ in study.stack("7").slices:
        slice_.quantities = [Quantity("sac_area", 300.0 + slice_.index)]
    return study, narrow[1]


def test_a_level_has_the_smallest_sac_of_the_axial_slice_through_it_and_its_neighbours(outlined):
    study, levels = outlined
    slices, middle = study.stack("7").slices, -45 + 0.5 * (BODY + DISC)
    through = min(slices, key=lambda one: abs(one.position_ras[2] - middle)).index
    assert sacs_at(study, levels)[202] == 300 + through - 1
    slices[through].quantities = [Quantity("sac_area", why=Reason(NO_CANAL))]
    assert 202 not in sacs_at(study, levels)  # a neighbour alone does not stand in for it
    study.stack("7").frame_of_reference_uid = "another"
    assert sacs_at(study, levels) == {}


def test_the_sac_of_axial_slices_is_graded_where_there_are_any(outlined, model):
    study, levels = outlined
    sacs = sacs_at(study, levels)
    trees = load_trees(model)
    answers = {o.level: o for o in level_opinions(levels, model.card, trees, sacs)}
    assert answers["L4/L5"].value == "normal or mild"  # the sagittal outline alone: severe
    narrow = {o.level: o for o in level_opinions(levels, model.card, trees, {203: 40.0})}
    assert narrow["L3/L4"].value == "severe" and narrow["L4/L5"].value == "severe"
    assert sum(narrow["L3/L4"].probabilities.values()) == pytest.approx(1)


def test_the_verdict_names_the_sac_that_its_grade_rests_on(outlined, model):
    study, levels = outlined
    sacs = {202: 200.0, 203: 40.0}
    study.level_opinions = level_opinions(levels, model.card, load_trees(model), sacs)
    study.quantities += axial_quantities(levels, sacs, "6")
    study.summaries = [summarise_levels(study, model.card)]
    assert headline(study).text == "Narrowest at L3/L4: central stenosis severe"
    assert headline(study).detail.startswith("sac 40 mm² on axial slices · ")


@pytest.fixture
def graded(outlined, model):
    """`outlined`, graded by its axial sacs, and the position of the slice through L4/L5."""
    study, levels = outlined
    sacs = sacs_at(study, levels)
    study.level_opinions = level_opinions(levels, model.card, load_trees(model), sacs)
    study.quantities += axial_quantities(levels, sacs, "6")
    tell_slices(study)
    study.summaries = [summarise_levels(study, model.card)]
    study.models = [model_used(model, ReadOptions())]
    slices, middle = study.stack("7").slices, -45 + 0.5 * (BODY + DISC)
    through = min(slices, key=lambda one: abs(one.position_ras[2] - middle)).index
    return Findings.from_dict(study.to_dict()), through


def test_a_corrected_sac_is_graded_again_and_undone_it_has_its_grade_of_before(graded):
    study, through = graded
    before, slices = study.to_dict(), study.stack("7").slices
    j, i = np.mgrid[:160, :160]
    labels = Volume(np.zeros((40, 160, 160), np.uint8), np.array(study.stack("7").ijk_to_ras))
    labels.voxels[:, np.hypot(j - 109, i - 80) < 10] = SAC_LABEL
    labels.voxels[through] *= np.hypot(j - 109, i - 80) < 3.6
    given = slices[through].quantities
    finish(measuring_again(study, "7", labels, {through}))
    assert headline(study).text == "Narrowest at L4/L5: central stenosis severe"
    assert "sac 37 mm² on axial slices" in headline(study).detail
    (carried,) = slices[through].opinions
    assert (carried.level, carried.value) == ("L4/L5", "severe")
    others = [opinion.value for opinion in study.level_opinions if opinion.level != "L4/L5"]
    assert set(others) == {"normal or mild"}
    slices[through].quantities = given
    finish(measuring_again(study, "7", labels, set()))
    assert study.to_dict() == before


def test_a_sac_that_a_reader_took_away_leaves_the_sagittal_grade(graded, narrowed):
    study, through = graded
    study.stack("7").slices[through].quantities = [Quantity("sac_area", why=Reason(NO_CANAL))]
    grade_levels_again(study)
    answers = {opinion.level: opinion for opinion in study.level_opinions}
    sagittal = {opinion.level: opinion for opinion in narrowed.level_opinions}
    assert answers["L4/L5"].probabilities == pytest.approx(sagittal["L4/L5"].probabilities)
    assert answers["L4/L5"].value == "severe" and answers["L3/L4"].value == "normal or mild"


def test_a_corrected_sac_whose_model_is_gone_is_not_graded_and_says_why(graded):
    study, through = graded
    study.models[0].sha256 = "another"
    study.stack("7").slices[through].quantities = [Quantity("sac_area", 40.0)]
    grade_levels_again(study)
    answers = {opinion.level: opinion for opinion in study.level_opinions}
    assert not answers["L4/L5"].assessed and "not at hand" in answers["L4/L5"].reason
    assert answers["L3/L4"].value == "normal or mild"


def test_a_smaller_sac_is_never_graded_milder(model):
    law = model.card.preprocessing["axial"]
    chances = np.array([grades_by_sac(area, law) for area in range(20, 300, 5)])
    assert np.allclose(chances.sum(axis=1), 1) and (chances >= 0).all()
    assert (np.diff(chances[:, 0]) >= 0).all() and (np.diff(chances[:, -1]) <= 0).all()


def test_what_an_axial_area_means_is_fitted_from_measured_and_true_areas():
    true = np.linspace(40, 300, 60)
    law = axial_law(0.9 * true * np.tile([0.97, 1.03], 30), true)
    assert np.argmax(grades_by_sac(0.9 * 70, law)) == 2
    assert np.argmax(grades_by_sac(0.9 * 90, law)) == 1
    assert np.argmax(grades_by_sac(0.9 * 120, law)) == 0


def test_levels_survive_json_and_stand_in_the_report_and_the_table(narrowed, tmp_path):
    write_json(narrowed, tmp_path / "findings.json")
    assert read_json(tmp_path / "findings.json") == narrowed
    html = render(Reading(narrowed), {})
    assert "Sizes by level: discs and canal" in html
    assert DEFINITIONS["slip"].definition in html
    write_levels(narrowed, tmp_path / "levels.csv")
    with (tmp_path / "levels.csv").open(encoding="utf-8") as stream:
        rows = {row["level"]: row for row in csv.DictReader(stream)}
    assert rows["L4/L5"]["stenosis_value"] == "severe"
    assert float(rows["L4/L5"]["canal_area"]) == pytest.approx(AREA / 4, rel=0.15)
    assert rows["L5/S1"]["slip"] == "" and "sacrum" in rows["L5/S1"]["reason"]


def test_a_study_without_levels_writes_no_table_of_them(tmp_path):
    write_levels(Findings(), tmp_path / "levels.csv")
    assert not (tmp_path / "levels.csv").exists()


def test_trees_that_never_end_are_refused(model, tmp_path):
    import torch
    from safetensors.torch import load

    from SpineLib.models.folder import write_model

    arrays = load(model.weights.read_bytes())
    arrays["left"] = torch.zeros_like(arrays["left"])
    broken = write_model(tmp_path / "broken", model.card, arrays)
    with pytest.raises(BadModel, match="no decision trees"):
        load_trees(open_folder(broken.path))


def test_the_narrowest_level_is_a_sentence_without_a_model_and_each_number_has_its_definition():
    found = list(sizes(straight_spine(narrow={"L3/L4": 0.8})).values())
    assert narrowest_sentence(found).startswith("Narrowest at L3/L4: canal ")
    assert any(
        line.startswith("Slip: ") and "in front" in line for line in level_lines(found, "L3/L4")
    )
    assert any("sacrum" in line for line in level_lines(found, "L5/S1"))
    assert narrowest_sentence(list(sizes(straight_spine(canal=False)).values())) == ""


def test_what_was_measured_follows_a_readers_name_of_a_vertebra(narrowed):
    renamed_ = Findings.from_dict(narrowed.to_dict())
    before = renamed_.segmentation
    renamed_.segmentation = rename(before, 1, "L4")
    rename_levels(renamed_, before)
    assert renamed_.summary("stenosis").level == "L3/L4"
    assert {o.level for o in renamed_.level_opinions if o.value == "severe"} == {"L3/L4"}
    carried = [o for s in renamed_.stack("7").slices for o in s.opinions if o.value == "severe"]
    assert [one.level for one in carried] == ["L3/L4"]
    areas = {q.level: q.value for q in renamed_.quantities if q.key == "canal_area"}
    assert areas["L3/L4"] == min(value for value in areas.values() if value)
