"""Whole spines in sagittal planes: names, places and what is unusual."""

import numpy as np
import pytest

from SpineLib.simulate.tissues import Tissue
from SpineLib.simulate.whole import WholeTruth, whole_case
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


@pytest.mark.parametrize(
    ("variant", "free", "state"),
    [("none", 23, "free"), ("sacralised", 22, "odd"), ("lumbarised", 24, "odd"), ("fused", 23, "fused")],
)  # fmt: skip
def test_variants_count_otherwise_and_say_where(variant, free, state):
    marks = spine(variant).marks
    bodies = [one for one in marks if one.kind == "body" and one.state == "free"]
    assert len(bodies) == free
    discs = {one.state for one in marks if one.kind == "disc"}
    assert state in discs
