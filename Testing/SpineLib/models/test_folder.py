"""A model is loaded only if its weights are the ones that its card names."""

import json

import pytest

from SpineLib.errors import BadModel
from SpineLib.models import open_folder


def test_a_written_model_verifies(make_model):
    make_model().verify()


def test_changed_weights_are_refused(make_model):
    model = make_model()
    with model.weights.open("r+b") as stream:
        stream.seek(-1, 2)
        stream.write(b"\x55")
    with pytest.raises(BadModel, match="not the ones that its card names"):
        model.verify()


def test_missing_weights_are_named(make_model):
    model = make_model()
    model.weights.unlink()
    with pytest.raises(BadModel, match="missing") as error:
        model.verify()
    assert error.value.file == str(model.weights)


def test_a_folder_whose_weights_are_not_safetensors_is_refused(make_model):
    model = make_model()
    card = model.card.to_dict()
    card["weights"]["file"] = "weights.pt"
    (model.path / "model.json").write_text(json.dumps(card))
    with pytest.raises(BadModel, match="not safetensors"):
        open_folder(model.path)


def test_weights_are_stored_as_half_precision(make_model):
    from safetensors.numpy import load_file

    tensors = load_file(make_model().weights)
    assert {str(t.dtype) for t in tensors.values()} <= {"float16", "int64"}
