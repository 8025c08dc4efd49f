"""Whole spines in sagittal planes: names, places and what is unusual."""

from dataclasses import replace

import numpy as np
import pytest

from SpineLib.simulate.cases import paint_slice, stack_matrix
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.patient import build_patient
from SpineLib.simulate.protocols import draw_protocol
from SpineLib.simulate.scanner import signal_of
from SpineLib.simulate.spine import build_spine
from SpineLib.simulate.tissues import Tissue
from SpineLib.simulate.whole import WholeTruth, truth_of, whole_case
from SpineLib.volume import Volume
from Testing.spines import spine


@pytest.fixture(scope="module")
def case():
    return whole_case("cervical", "degenerative", seed=5, profile="standard", variant="none")


def test_every_free_body_and_disc_lies_where_the_picture_has_one(case):
    labels, hit = case.labels, {"body": [], "disc": []}
    for mark in case.truth.marks:
        i, j, k = np.round(labels.ijk(mark.ras)).astype(int)
        if mark.state != "free" or not 0 <= k < labels.shape[0]:
            continue
        tissue = labels.voxels[k, j - 1 : j + 2, i - 1 : i + 2]
        wanted = (
            (Tissue.MARROW, Tissue.TUMOUR)
            if mark.kind == "body"
            else (Tissue.NUCLEUS, Tissue.ANNULUS)
        )
        hit[mark.kind].append(bool(np.isin(tissue, wanted).any()))
    for kind, found in hit.items():
        assert len(found) > 18, kind
        assert np.mean(found) > 0.95, kind


def test_the_course_runs_inside_the_sac(case):
    ijk = np.round(case.labels.ijk(case.truth.course)).astype(int)
    slices, rows, columns = case.labels.shape
    inside = (ijk >= 0).all(1) & (ijk < [columns, rows, slices]).all(1)
    tissues = [case.labels.voxels[k, j, i] for i, j, k in ijk[inside]]
    sac = (Tissue.CSF, Tissue.WHITE_MATTER, Tissue.GREY_MATTER, Tissue.NERVE_ROOT,
           Tissue.MYELOPATHY)  # fmt: skip
    assert np.isin(tissues, sac).mean() > 0.8


def test_truth_survives_json(case):
    assert WholeTruth.from_dict(case.truth.to_dict()) == case.truth


def test_a_block_vertebra_is_one_bone_and_a_worn_disc_is_none():
    rng = np.random.default_rng(9)
    patient = build_patient(rng, "cervical", "none", age=40, variant="fused")
    protocol = replace(draw_protocol(rng, "sagittal", "cervical", "standard"), rows=480, columns=144,
                       pixel=1.0, slices=1, thickness=0.5)  # fmt: skip
    block = patient.spine.block
    bodies = [m for m in truth_of(patient, "T2").marks if m.kind == "body"]
    first = next(n for n, one in enumerate(bodies) if one.name == LEVELS[block])

    def bone(n: int) -> set[int]:
        """Tissues on the way from the middle of one body to that of the next."""
        upper, lower = np.array(bodies[n].ras), np.array(bodies[n + 1].ras)
        grid = stack_matrix((upper + lower) / 2, np.array([0, -1.0, 0]), np.array([0, 0, -1.0]),
                            np.array([1.0, 0, 0]), protocol)  # fmt: skip
        labels = paint_slice(patient, protocol, grid, 0, signal_of(protocol)).label
        way = Volume(labels[None], grid).ijk(np.linspace(upper, lower, 40)).round().astype(int)
        return set(labels[way[:, 1], way[:, 0]].tolist())

    assert Tissue.CORTICAL not in bone(first) and Tissue.NUCLEUS not in bone(first)
    assert bone(first + 1) & {Tissue.ANNULUS, Tissue.NUCLEUS}
    worn = np.full(len(LEVELS), 0.2)
    spine_ = build_spine(np.random.default_rng(4), variant="none", narrowing=worn)
    assert min(spine_.sizes.disc[1:20]) < 1.5 and spine_.block < 0


@pytest.mark.parametrize(
    ("variant", "free", "state"),
    [("none", 23, "free"), ("sacralised", 22, "odd"), ("lumbarised", 24, "odd"), ("fused", 23, "fused")],
)  # fmt: skip
def test_variants_count_otherwise_and_say_where(variant, free, state):
    marks = spine(variant).marks
    bodies = [mark for mark in marks if mark.kind == "body" and mark.state == "free"]
    assert len(bodies) == free
    discs = {mark.state for mark in marks if mark.kind == "disc"}
    assert state in discs
