"""Cards are checked on the way in."""

import json
import sys
from dataclasses import replace

import pytest

from SpineLib.errors import BadModel
from SpineLib.models import Card, read_card
from SpineLib.models.card import Ancestor, Lineage, Promotion
from SpineLib.questions import BILSKY


def test_a_card_survives_writing_and_reading(make_card, tmp_path):
    card = make_card("grading")
    path = tmp_path / "model.json"
    path.write_text(json.dumps(card.to_dict()))
    assert read_card(path) == card
    assert read_card(path).scheme == BILSKY


def test_a_fine_tuned_model_s_card_keeps_what_it_came_from(make_card):
    parent = Ancestor("starter-x", "1", "a" * 64)
    lineage = Lineage(parent, "fine-tuning", "b" * 64, ("c" * 64,), ("d" * 64,), 1, 2.5)
    card = make_card(lineage=lineage)
    assert Card.from_dict(card.to_dict()) == card
    promotion = Promotion(parent, "e" * 64, ("Dice, disc 0.9 → 0.8",), "on purpose")
    card = make_card(lineage=replace(lineage, promotion=promotion))
    assert Card.from_dict(json.loads(json.dumps(card.to_dict()))) == card


def test_without_jsonschema_a_card_is_read_and_a_broken_one_refused(make_card, monkeypatch):
    monkeypatch.setitem(sys.modules, "jsonschema", None)  # as in Slicer's own Python
    data = make_card("grading").to_dict()
    assert Card.from_dict(data) == make_card("grading")
    for broken in ({"name": "x"}, [], data | {"surprise": 1}, data | {"scheme": None}):
        with pytest.raises(BadModel):
            Card.from_dict(broken)


def test_a_lineage_holds_hashes_of_images_and_nothing_else(make_card):
    lineage = Lineage(Ancestor("starter-x", "1", "a" * 64), "fine-tuning", "b" * 64, ("anna-1950",))
    with pytest.raises(BadModel, match="lineage/cases"):
        Card.from_dict(make_card(lineage=lineage).to_dict())


def test_a_newer_schema_is_refused_and_says_to_update(make_card):
    data = make_card().to_dict() | {"schema_version": 2, "future": True}
    with pytest.raises(BadModel, match="schema version 2") as error:
        Card.from_dict(data)
    assert "Update" in error.value.advice


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        ("name", "../evil", "name"),
        ("threshold", 1.5, "threshold"),
        ("task", "diagnosis", "task"),
        ("weights", {"file": "../../weights.safetensors", "sha256": "0" * 64}, "weights/file"),
        ("weights", {"file": "weights.pkl", "sha256": "0" * 64}, "weights/file"),
        ("surprise", 1, "the top"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_with_its_place(make_card, key, value, place):
    with pytest.raises(BadModel, match=place):
        Card.from_dict(make_card().to_dict() | {key: value})


def test_a_grading_card_needs_a_scheme_with_a_colour_a_grade(make_card):
    data = make_card("grading").to_dict()
    without = {key: value for key, value in data.items() if key != "scheme"}
    with pytest.raises(BadModel, match="grading scheme"):
        Card.from_dict(without)
    data["scheme"]["colors"].pop()
    with pytest.raises(BadModel, match="one colour a grade"):
        Card.from_dict(data)


def test_a_folder_without_a_card_is_not_a_model(tmp_path):
    with pytest.raises(BadModel, match=r"no model\.json"):
        read_card(tmp_path / "model.json")


def test_a_card_that_is_not_json_is_named(tmp_path):
    (tmp_path / "model.json").write_text("{")
    with pytest.raises(BadModel, match="not readable JSON"):
        read_card(tmp_path / "model.json")
