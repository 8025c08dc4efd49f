"""Which models are at hand, and which of them a person may remove."""

import pytest

from SpineLib.errors import BadModel
from SpineLib.models import broken_models, find_models, open_model, registry, remove


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setenv("SPINE_MODELS", str(tmp_path / "own"))
    monkeypatch.setattr(registry, "BUNDLED_FOLDER", tmp_path / "bundled")
    return tmp_path / "own"


def test_bundled_models_come_before_the_persons_own(make_model, own, tmp_path):
    make_model("compression", own / "a", name="a")
    make_model("compression", tmp_path / "bundled" / "z", name="z")
    make_model("canal", tmp_path / "bundled" / "c", name="c")
    found = find_models("compression")
    assert [(m.card.name, m.bundled) for m in found] == [("z", True), ("a", False)]
    assert len(find_models()) == 3


def test_of_two_bundled_models_of_a_task_the_stated_one_reads_and_not_the_alphabet_s_first(
    make_model, own, tmp_path
):
    for name in ("a-newer-one", "starter-segmentation"):
        make_model("canal", tmp_path / "bundled" / name, name=name)
    names = [model.card.name for model in find_models("canal")]
    assert names == ["starter-segmentation", "a-newer-one"]


def test_a_model_is_opened_by_name_or_by_folder(make_model, own, tmp_path):
    make_model("compression", own / "a", name="a")
    elsewhere = make_model("grading", tmp_path / "elsewhere")
    assert open_model("a").card.name == "a"
    assert open_model(elsewhere.path).card.task == "grading"
    with pytest.raises(BadModel, match="no model called b"):
        open_model("b")


def test_a_broken_folder_does_not_hide_the_others(make_model, own):
    make_model("compression", own / "a", name="a")
    (own / "b").mkdir()
    (own / "b" / "model.json").write_text("{")
    assert [m.card.name for m in find_models()] == ["a"]
    assert "not readable" in str(broken_models()[0])


def test_a_task_without_a_model_is_an_error(own):
    with pytest.raises(BadModel, match="no model for grading"):
        find_models("grading")


def test_only_the_persons_own_models_can_be_removed(make_model, own, tmp_path):
    make_model("compression", own / "a", name="a")
    bundled = make_model("compression", tmp_path / "bundled" / "z", name="z")
    remove("a")
    assert not (own / "a").exists()
    with pytest.raises(BadModel, match="came with the program"):
        remove("z")
    assert bundled.weights.exists()
    with pytest.raises(BadModel, match="no model called a"):
        remove("a")
    with pytest.raises(BadModel):
        remove("../bundled/z")


def test_every_bundled_model_verifies_and_says_that_it_is_a_starter():
    for model in find_models():
        if model.bundled:
            model.verify()
            assert model.card.starter
            assert model.path.name == model.card.name


def test_the_bundled_models_are_small():
    size = sum(m.weights.stat().st_size for m in find_models() if m.bundled)
    assert size <= 25e6
