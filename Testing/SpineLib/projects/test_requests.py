"""What the worker does for a panel with a reading project."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from SpineLib.dicom import read
from SpineLib.errors import BadInput, BadRequest
from SpineLib.progress import Progress
from SpineLib.projects.requests import HANDLERS
from SpineLib.protocol import serve
from SpineLib.volume import read_volume

ROOT = Path(__file__).resolve().parents[3]


def ask(project, action, **more):
    return serve_project({"project": str(project.folder), "action": action, **more})


def serve_project(arguments):
    return serve(HANDLERS, "project", arguments, Progress())


def test_a_stack_comes_whole_and_in_its_place(make_project, tmp_path):
    project = make_project()
    study = project.studies[2]
    stack = study.stacks[0]
    told = ask(project, "stack", study=study.id, stack=stack.id, output=str(tmp_path / "s.nrrd"))
    wanted, found = read(project.open_stack(study, stack)), read_volume(told["file"])
    assert (found.voxels == wanted.voxels).all() and found.voxels.dtype == wanted.voxels.dtype
    np.testing.assert_allclose(found.ijk_to_ras, wanted.ijk_to_ras, atol=1e-9)
    frames = [(frame.sop_instance_uid, frame.number) for frame in wanted.frames]
    assert frames == [slice_.key for slice_ in stack.slices]


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
        serve_project({"project": str(make_project().folder), **arguments})


def test_the_worker_hears_what_is_asked_of_a_project(make_project, reading):
    project = make_project()
    reading(project, "anna", lock=False)
    arguments = {"project": str(project.folder), "action": "status"}
    request = {"id": "1", "command": "project", "arguments": arguments}
    with subprocess.Popen(
        [sys.executable, "-m", "SpineLib.doors.worker"], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as worker:  # fmt: skip
        worker.stdin.write(json.dumps(request) + "\n")
        worker.stdin.flush()
        said = [json.loads(worker.stdout.readline()) for _ in range(2)]
        worker.stdin.close()
    (row,) = said[1]["result"]["readers"]
    assert (row["reader"], row["done"], row["locked"]) == ("anna", 40, "")


def test_nothing_that_a_panel_needs_of_a_project_imports_torch_or_pandas():
    code = (
        "import sys, SpineLib.projects.session, SpineLib.projects.requests;"
        "print({'torch', 'pandas'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "set()"
