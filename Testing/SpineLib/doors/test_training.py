"""The commands that train, from the command line to a model that reads."""

import json
import subprocess
import sys

import pytest

from SpineLib.inference.loaded import load
from SpineLib.models import open_folder
from SpineLib.training.recipe import names
from SpineLib.training.recipe_text import to_toml
from Testing.SpineLib.training import tiny

# As small as a real task can be: the slices of two simulated patients, two steps.
_RECIPE = {
    "name": "small",
    "calibrate": True,
    "preprocessing": {"kind": "canal-window", "pixels": 32, "spacing_mm": 1.5, "context": 0},
    "data": {"possibly": "drop", "balance": True},
    "training": {"batch": 4, "steps": 2, "validate_every": 1},
    "select": {"metric": "loss", "best": "min"},
}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("recipes") / "small.toml"
    arguments = {**tiny.RECIPE["network"]["arguments"], "classes": 2}
    network = {"name": "resnet-classifier", "arguments": arguments}
    path.write_text(to_toml({**tiny.RECIPE, **_RECIPE, "network": network}), encoding="utf-8")
    return path


def test_a_run_on_simulated_slices_leaves_a_model_and_goes_no_further_when_it_is_done(
    spine, small, tmp_path
):
    command = ["train", "compression", "--recipe", small, "--out", tmp_path / "run", "--resume"]
    command += ["--data", "simulated:lesions-cervical-degenerative:standard:1:42", "--json"]
    command += ["--validation", "simulated:lesions-cervical-degenerative:standard:1:45"]
    command += ["--workers", 0, "--device", "cpu", "--cache", tmp_path / "cache"]
    answer = spine(*command)
    assert answer.code == 0, answer.errors
    record = json.loads(answer.out)
    assert record["finished"] and record["step"] == 2
    assert record["data"]["splits"]["validation"]["patients"]
    # Two steps teach nothing that could be calibrated; that stands in the record.
    assert "not at all" in record["calibration"]["failed"]
    packed = spine("models", "package", tmp_path / "run", "--out", tmp_path / "model")
    assert packed.code == 0 and "tiny is in" in packed.out
    assert load(open_folder(tmp_path / "model"), "cpu").card.task == "compression"
    again = json.loads(spine(*command).out)
    assert again == record


def test_of_two_trainings_in_one_folder_the_second_says_so_and_changes_nothing(
    spine, small, tmp_path
):
    held = "import sys\nfrom SpineLib.store.files import alone\nwith alone(sys.argv[1]):\n"
    held += "    print('held', flush=True); sys.stdin.readline()"
    first = subprocess.Popen(
        [sys.executable, "-c", held, str(tmp_path / "run")], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    first.stdout.readline()
    data = "simulated:lesions-cervical-degenerative:standard:1:42"
    answer = spine(
        "train", "compression", "--recipe", small, "--out", tmp_path / "run", "--data", data,
        "--validation", data.replace(":42", ":45"), "--workers", 0, "--device", "cpu",
        "--cache", tmp_path / "cache",
    )  # fmt: skip
    assert (answer.code, len(answer.errors)) == (6, 1)
    assert "Another program is writing into this folder" in answer.errors[0]
    assert not list((tmp_path / "run").rglob("*.safetensors"))
    first.communicate("\n")


def test_the_recipes_are_listed_and_printed_to_copy(spine, tmp_path):
    answer = spine("train", "recipes")
    assert all(name in answer.out for name in names())
    printed = spine("train", "recipes", "merali2021")
    (tmp_path / "mine.toml").write_text(printed.out, encoding="utf-8")
    assert spine("train", "recipes", tmp_path / "mine.toml").out == printed.out


def test_a_recipe_for_another_task_is_refused_with_the_command_that_is_right(spine, tmp_path):
    command = ["train", "grading", "--recipe", "merali2021", "--data", "x", "--out", tmp_path / "a"]
    answer = spine(*command)
    assert answer.code == 2
    assert "spine train compression" in answer.errors[-1]


def test_data_that_are_not_there_leave_no_folder(spine, tmp_path):
    command = ["train", "compression", "--data", tmp_path / "none", "--out", tmp_path / "run"]
    answer = spine(*command)
    assert answer.code == 3 and "none" in answer.errors[-1]
    assert not (tmp_path / "run").exists()


def test_a_start_that_fails_can_be_put_right_in_the_same_folder(spine, small, tmp_path):
    command = ["train", "compression", "--recipe", small, "--out", tmp_path / "run"]
    command += ["--data", "simulated:lesions-cervical-degenerative:standard:1:42"]
    command += ["--validation", "simulated:lesions-cervical-degenerative:standard:1:45"]
    command += ["--workers", 0, "--device", "cpu", "--cache", tmp_path / "cache"]
    wrong = spine(*command, "--set", "network.arguments.depth=11")
    assert wrong.code != 0 and "11" in wrong.errors[-1]
    assert spine(*command).code == 0
