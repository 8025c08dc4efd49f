"""What the worker does for a panel with a reading project."""

from __future__ import annotations

import numpy as np
import pytest

from SpineLib.dicom import read
from SpineLib.errors import BadInput, BadRequest
from SpineLib.progress import Progress
from SpineLib.projects.requests import answer
from SpineLib.volume import read_volume


def ask(project, action, **more):
    return answer({"project": str(project.folder), "action": action, **more}, Progress())


def test_a_stack_comes_whole_and_in_its_place(make_project, tmp_path):
    project = make_project()
    study = project.studies[2]
    stack = study.stacks[0]
    told = ask(project, "stack", study=study.id, stack=stack.id, output=str(tmp_path / "s.nrrd"))
    wanted, found = read(project.open_stack(study, stack)), read_volume(told["file"])
    assert (found.voxels == wanted.voxels).all() and found.voxels.dtype == wanted.voxels.dtype
    np.testing.assert_allclose(found.ijk_to_ras, wanted.ijk_to_ras, atol=1e-9)
    frames = [(one.sop_instance_uid, one.number) for one in wanted.frames]
    assert frames == [one.key for one in stack.slices]


def test_agreement_and_training_set_wait_for_every_lock(make_project, reading, tmp_path):
    project = make_project()
    reading(project, "anna", lock=False)
    for action in ("readers", "training"):
        with pytest.raises(BadInput, match="not locked"):
            ask(project, action, output=str(tmp_path / action))
        assert not (tmp_path / action).exists()


@pytest.mark.parametrize("arguments", [{}, {"action": "delete"}, {"action": "stack"}])
def test_what_a_project_cannot_do_is_said(make_project, arguments):
    with pytest.raises(BadRequest, match=r"no action|is missing"):
        answer({"project": str(make_project().folder), **arguments}, Progress())
