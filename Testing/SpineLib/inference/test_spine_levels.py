"""From points on sagittal series to the level of each axial slice."""

from dataclasses import replace

import numpy as np
import pytest

from SpineLib import reasons
from SpineLib.dicom.stack import Stack
from SpineLib.findings import (
    Findings,
    SegmentationFinding,
    SegmentFinding,
    SliceFinding,
    StackFindings,
)
from SpineLib.inference.level_names import named_by_reader, sequence
from SpineLib.inference.localising import chain_in, levels_of, placed, told
from SpineLib.inference.naming import rename
from SpineLib.inference.spine_chain import chain_of
from SpineLib.inference.spine_levels import Level, SpineLevels, region_of_name
from SpineLib.inference.spine_points import Points, SpinePoints
from SpineLib.inference.study_levels import (
    agree,
    follow_segmentation,
    header_differs,
    name_again,
    with_region,
    wrong_region,
)
from SpineLib.levels import LevelsFinding
from SpineLib.models import open_model
from Testing.spines import heights, seen, spine

UP = np.array([0.0, 0.0, 1.0])


@pytest.fixture(scope="module")
def neck() -> LevelsFinding:
    return levels_of({"2": seen(spine(), below="T4")})


def names_by_place(finding, truth):
    """The found name of each true vertebra."""
    found = {}
    for mark in truth.marks:
        for vertebra in finding.vertebrae:
            if (
                mark.kind == "body"
                and vertebra.ras
                and np.linalg.norm(np.subtract(vertebra.ras, mark.ras)) < 6
            ):
                found[mark.name] = vertebra.name
    return found


@pytest.mark.parametrize("variant", ["none", "sacralised", "lumbarised", "fused"])
@pytest.mark.parametrize(
    ("above", "below"), [("", ""), ("", "T4"), ("T4", "L2"), ("T10", "")],
    ids=["whole", "cervical", "thoracic", "lumbar"],
)  # fmt: skip
def test_no_vertebra_of_any_view_is_named_wrongly(variant, above, below):
    truth = spine(variant, 3)
    found = names_by_place(levels_of({"2": seen(truth, above=above, below=below)}), truth)
    own = {"S1": "L6"} if variant == "lumbarised" else {}
    assert found
    assert all(name in ("", own.get(true, true)) for true, name in found.items())


def test_a_disc_that_was_missed_does_not_move_the_names_below():
    found = names_by_place(
        levels_of({"2": seen(spine(), below="T4", without=("disc C5",))}), spine()
    )
    assert found["C5"] == "C5" and found["C7"] in ("C7", "")


def test_a_vertebra_that_was_missed_with_its_discs_does_not_move_the_names_below():
    without = ("disc C4", "body C5", "disc C5")
    found = names_by_place(levels_of({"2": seen(spine(), below="T4", without=without)}), spine())
    assert found["C4"] == "C4" and found["C7"] in ("C7", "")


def test_a_sacrum_that_hardly_looks_like_a_body_costs_no_name():
    truth = spine()
    points = seen(truth, above="T10")
    top = next(mark for mark in truth.marks if mark.kind == "body" and mark.state == "sacral")
    body = points.points["body"]
    weak = Points(np.vstack([body.ras, top.ras]), np.append(body.heat, 0.22),
                  np.vstack([body.regions, np.full(3, 1 / 3)]))  # fmt: skip
    found = names_by_place(
        levels_of({"2": replace(points, points={**points.points, "body": weak})}), truth
    )
    assert [found[name] for name in ("L1", "L3", "L5")] == ["L1", "L3", "L5"]


def block_points(*, tall: bool) -> SpinePoints:
    """A spine whose block vertebra looks like one tall body, or like two with a faint disc."""
    truth = spine("fused", 7)
    middle = next(np.array(m.ras) for m in truth.marks if m.state == "fused")
    points, blank = seen(truth), np.full((1, 3), 1 / 3)
    body, disc = points.points["body"], points.points["disc"]
    own = np.linalg.norm(body.ras - middle, axis=1) < (13 if tall else 0)
    assert own.sum() == (2 if tall else 0)
    if tall:
        body = Points(np.vstack([body.ras[~own], middle]), np.append(body.heat[~own], 0.67),
                      np.vstack([body.regions[~own], blank]))  # fmt: skip
    else:
        near = np.linalg.norm(body.ras - middle, axis=1) < 13
        body = replace(body, heat=np.where(near, 0.7, body.heat))
        disc = Points(np.vstack([disc.ras, middle]), np.append(disc.heat, 0.5),
                      np.vstack([disc.regions, blank]))  # fmt: skip
    empty = Points(np.zeros((0, 3)), np.zeros(0), np.zeros((0, 3)))
    return replace(points, points={**points.points, "body": body, "disc": disc, "odd": empty})


@pytest.mark.parametrize(
    ("tall", "code"), [(True, reasons.MISSING_DISC), (False, reasons.BLOCK_VERTEBRA)],
    ids=["one tall body", "a faint disc"],
)  # fmt: skip
def test_a_block_vertebra_is_said_and_counts_as_two(tall, code):
    truth = spine("fused", 7)
    finding = levels_of({"2": block_points(tall=tall)})
    above = next(m.name for m in truth.marks if m.state == "fused")
    (why,) = finding.unusual
    assert why.code == code and "block vertebra" in str(why)
    assert finding.vertebrae[why.values["vertebra"] - 1].name == above
    found = names_by_place(finding, truth)
    assert [found[name] for name in ("C2", "T10", "L5")] == ["C2", "T10", "L5"]
    assert all(name == true for true, name in found.items())


def test_a_usual_spine_has_no_block():
    assert not levels_of({"2": seen(spine("none", 3))}).unusual


def test_a_count_that_meets_over_a_doubtful_link_names_nothing_below_it():
    truth = spine("lumbarised", 3)
    without = ("disc T5", "body T6", "disc T6")
    found = names_by_place(levels_of({"2": seen(truth, without=without)}), truth)
    assert all(name in ("", true) for true, name in found.items() if true != "S1")
    assert found["T4"] == "T4"


def test_two_stacks_that_overlap_are_counted_through():
    truth = spine()
    both = {"2": seen(truth, below="T4"), "3": seen(truth, above="C7", below="L2", seed=1)}
    found = names_by_place(levels_of(both), truth)
    assert found["T9"] == "T9" and found["C3"] == "C3"
    assert not levels_of({"3": both["3"]}).known


def test_a_slice_is_named_by_where_it_crosses_the_canal(neck):
    levels, at = SpineLevels(neck), heights(spine())
    canal = np.array(neck.course)
    beside = canal[np.abs(canal[:, 2] - at["C5"] + 3).argmin()]  # the canal leans; near C5's body
    level = levels.at(beside + np.array([30, -20, 0]), UP)
    assert level.name.startswith(("C5", "C4/C5")) and level.region == "cervical"
    assert levels.at(canal[0] + np.array([0, 0, 60]), UP).name == ""


def test_a_slice_far_beside_the_course_or_without_one_has_no_level(neck):
    assert SpineLevels(neck).at(np.add(neck.course[5], [200, 0, 0]), UP).name == ""
    assert SpineLevels(LevelsFinding()).at([0, 0, 0], UP).name == ""


def test_a_disc_belongs_to_the_region_of_the_vertebra_above():
    assert [region_of_name(n) for n in ("C7/T1", "T12/L1", "S1", "")] == [
        "cervical", "thoracic", "lumbar", "",
    ]  # fmt: skip


def test_a_canal_in_another_frame_is_placed_where_it_lies_on_the_course(neck):
    course = np.array(neck.course)
    rng = np.random.default_rng(1)
    centers = course[8:24:2] + rng.normal(0, 0.7, (8, 3))
    why, shift = placed(centers, course)
    assert why.code == reasons.ON_COURSE and not shift.any()
    why, shift = placed(centers + np.array([7, 0, 0]), course)
    assert why.code == reasons.SHIFTED_ON_COURSE and abs(shift[0] + 7) < 1.5
    assert why.values["shift"] == pytest.approx(np.linalg.norm(shift), abs=0.1)
    assert placed(centers + np.array([40, 0, 0]), course)[1] is None
    assert placed(centers[:3], course)[1] is None


def test_a_spine_of_another_curve_is_not_taken_for_the_same(neck):
    course = np.array(neck.course)
    bent = course[4:28:3].copy()
    bent[:, 1] += np.linspace(0, 40, len(bent))
    assert placed(bent, course)[0].code == reasons.OFF_COURSE


def test_findings_keep_the_chain_whole_and_old_ones_have_none(neck):
    kept = Findings.from_dict(Findings(levels=neck).to_dict()).levels
    assert kept == neck
    chain = chain_in(kept)
    assert [vertebra.state for vertebra in chain.vertebrae] == [
        vertebra.disc for vertebra in neck.vertebrae
    ]
    assert chain.c2.index == 0
    assert Findings.from_dict({"schema_version": 2}).levels == LevelsFinding()


def test_a_reader_s_word_names_every_slice_anew():
    blind = levels_of({"3": seen(spine(), above="C7", below="L2")})
    blind.placed["5"] = reasons.Reason(reasons.SAME_FRAME)
    point = [float(x) for x in np.array(blind.course[len(blind.course) // 2])]
    one = SliceFinding(0, "", 1, point)
    matrix = np.eye(4).tolist()
    findings = Findings(stacks=[StackFindings("5", ijk_to_ras=matrix, slices=[one])], levels=blind)
    name_again(findings)
    assert one.level == "" and not blind.known
    true = names_by_place(blind, spine())
    first = next(n for n, v in enumerate(blind.vertebrae) if v.ras)
    top = next(name for name in true)
    again = told(chain_in(blind), named_by_reader(chain_in(blind), first, top))
    findings.levels.vertebrae = again.vertebrae
    name_again(findings)
    assert one.level.startswith("T") and one.region == "thoracic"


def test_points_of_no_spine_give_no_chain():
    empty = seen(spine(), above="S2")
    assert not chain_of(empty).vertebrae
    assert levels_of({"1": empty}).why.code == reasons.NO_SPINE


def test_a_reader_s_word_on_the_segmentation_names_the_whole_study_and_can_be_taken_back():
    truth = spine()
    blind = levels_of({"3": seen(truth, above="C7", below="L4")})
    discs = {mark.name: list(mark.ras) for mark in truth.marks if mark.kind == "disc"}
    segments = [
        SegmentFinding(200 + n, "disc", "", False, 1.0, discs[name])
        for n, name in ((1, "L3"), (2, "L2"), (3, "L1"))
    ]
    segments += [SegmentFinding(n, "vertebra", "", False, 1.0, [0.0, 0.0, 0.0]) for n in (1, 2, 3)]
    finding = SegmentationFinding("assessed", segments=segments, stack="3")
    findings = Findings(levels=blind, segmentation=rename(finding, 2, "L2"))
    follow_segmentation(findings)
    found = names_by_place(findings.levels, truth)
    assert found["T2"] == "T2" and found["L3"] == "L3"
    assert findings.levels.evidence[0].code == reasons.READER_NAMED
    findings.segmentation = finding
    follow_segmentation(findings)
    assert not findings.levels.known


def test_segmentation_and_localiser_agree_or_say_that_they_do_not():
    truth = spine()
    levels = levels_of({"3": seen(truth, above="T8")})
    discs = {mark.name: list(mark.ras) for mark in truth.marks if mark.kind == "disc"}
    segments = [SegmentFinding(200 + n, "disc", "", False, 1.0, discs[f"L{6 - n}"]) for n in (1, 2)]
    segments += [SegmentFinding(n, "vertebra", "", False, 1.0, [0.0, 0.0, 0.0]) for n in (1, 2)]
    unknown = SegmentationFinding("assessed", segments=segments, stack="3")
    named_, warning = agree(levels, unknown)
    assert (named_.lowest, warning) == ("L5", "")
    assert named_.evidence_why.code == reasons.LOCALISED
    assert agree(levels, named_) == (named_, "")
    other = rename(unknown, 1, "L4")
    kept, warning = agree(levels, other)
    assert kept == other and "calls L4" in warning and "call L5" in warning.replace("calls", "call")


def block(header: str, first: str, count: int) -> tuple[Stack, list[Level]]:
    """An axial stack with one slice beside each vertebra from one on downward."""
    stack = Stack(id="7", plane="axial", weighting="T2", region=header,
                  positions=((0.0, 0.0, 0.0),) * count)  # fmt: skip
    names = sequence()[sequence().index(first) :][:count]
    return stack, [Level(name, region_of_name(name)) for name in names]


def test_slices_below_the_neck_of_a_mixed_block_are_not_read_by_a_model_for_the_neck():
    stack, levels = block("cervical", "C4", 6)
    told, why = with_region(stack, levels)
    assert told.region == "cervical" and why is None
    card = open_model("starter-compression").card
    card = replace(card, applicability=replace(card.applicability, regions=("cervical",)))
    assert [wrong_region(card, told, level) is None for level in levels] == [True] * 4 + [False] * 2


def test_the_picture_s_region_counts_where_the_header_says_another_and_is_warned_of():
    stack, levels = block("lumbar", "C3", 5)
    told, why = with_region(stack, levels)
    assert told.region == "cervical"
    assert "shows the cervical spine where the header says lumbar" in str(why)
    silent, levels = block("unknown", "L1", 5)
    assert with_region(silent, levels) == (replace(silent, region="lumbar"), None)


def test_a_sagittal_series_without_a_region_has_the_one_that_it_shows():
    for first, count, region in (("T11", 8, "lumbar"), ("T9", 7, "lumbar"), ("T1", 14, "thoracic"),
                                 ("C2", 9, "cervical"), ("C2", 23, "thoracic")):  # fmt: skip
        stack, levels = block("unknown", first, count)
        assert with_region(replace(stack, plane="sagittal"), levels)[0].region == region


def test_a_long_sagittal_series_keeps_the_headers_region_where_it_shows_that_too():
    stack, levels = block("lumbar", "T1", 14)
    stack = replace(stack, plane="sagittal")
    assert with_region(stack, levels) == (stack, None)


@pytest.mark.parametrize(
    ("header", "differs"), [("lumbar", True), ("cervical", False), ("unknown", False)]
)
def test_axial_pictures_that_look_otherwise_than_the_header_says_are_told(header, differs):
    stack, _ = block(header, "C3", 5)
    why = header_differs(stack, ["cervical"] * 4 + [""])
    assert (why is not None) == differs
    assert header_differs(stack, ["cervical", "", "", "", ""]) is None


def test_a_picture_that_does_not_show_the_region_leaves_the_header_s():
    stack, levels = block("cervical", "C3", 5)
    unknown = [*levels[:2], *[Level()] * 3]
    assert with_region(stack, unknown) == (stack, None)
    card = open_model("starter-compression").card
    assert wrong_region(card, stack, Level()) is None
