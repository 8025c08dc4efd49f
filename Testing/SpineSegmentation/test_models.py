"""The segmentation models on this machine, as the panel lists them."""

import json
import shutil

import pytest

from SpineLib.models import find_models, registry

pytestmark = pytest.mark.usefixtures("turns")


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The folder of the person's own models, empty."""
    monkeypatch.setenv("SPINE_MODELS", str(tmp_path))
    return tmp_path


def take_in(own, name="theirs"):
    """A second model, as an import leaves it: the bundled one under another name."""
    bundled = find_models("segmentation")[0]
    shutil.copytree(bundled.path, own / name)
    card = json.loads((own / name / "model.json").read_text())
    (own / name / "model.json").write_text(json.dumps({**card, "name": name}))


def listed(ui):
    return [ui.modelBox.itemText(n) for n in range(ui.modelBox.count)]


def test_a_model_that_was_taken_in_meanwhile_is_listed_when_the_module_is_chosen_again(
    own, panel, ui
):
    before, chosen = listed(ui), ui.modelBox.currentText
    panel.exit()
    take_in(own)
    panel.enter()
    assert listed(ui) == [*before, "theirs"] and ui.modelBox.currentText == chosen


def test_the_model_that_was_taken_in_can_be_chosen_and_is_sent(own, panel, ui, worker):
    take_in(own)
    panel.enter()
    ui.modelBox.setCurrentText("theirs")
    panel.enter()
    assert ui.modelBox.currentText == "theirs"
    ui.segmentButton.click()
    assert worker.arguments["models"] == ["theirs"]


def test_a_model_that_was_removed_is_offered_no_more(own, panel, ui):
    take_in(own)
    panel.enter()
    ui.modelBox.setCurrentText("theirs")
    registry.remove("theirs")
    panel.enter()
    assert "theirs" not in listed(ui)
    assert panel._parameters.model == ui.modelBox.currentText != "theirs"


def test_a_scenes_model_that_is_not_here_is_not_said_to_be_chosen(own, panel, ui):
    panel._parameters.model = "nobody's"
    panel.enter()
    assert ui.modelBox.currentText in listed(ui)
