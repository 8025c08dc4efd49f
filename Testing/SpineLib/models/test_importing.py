"""Importing a model never runs what is in it and never writes outside of the models' folder."""

import json
import os
import pickle
import shutil
import zipfile

import pytest

from SpineLib.errors import BadModel
from SpineLib.models import find_models, import_model, registry


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setenv("SPINE_MODELS", str(tmp_path / "own"))
    monkeypatch.setattr(registry, "BUNDLED_FOLDER", tmp_path / "bundled")
    return tmp_path / "own"


def zipped(folder, path, prefix=""):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, prefix + file.name)
    return path


def with_checkpoint(model, content):
    """Replaces a model's weights by a checkpoint file that its card names."""
    from SpineLib.models.folder import sha256

    model.weights.unlink()
    checkpoint = model.path / "weights.pt"
    checkpoint.write_bytes(b"")
    content(checkpoint)
    card = model.card.to_dict()
    card["weights"] = {"file": checkpoint.name, "sha256": sha256(checkpoint)}
    (model.path / "model.json").write_text(json.dumps(card))
    return model.path


@pytest.mark.parametrize("prefix", ["", "my-model/"])
def test_a_zip_is_imported_and_found(make_model, own, tmp_path, prefix):
    model = make_model()
    imported = import_model(zipped(model.path, tmp_path / "model.zip", prefix))
    imported.verify()
    assert imported.path == own / "tiny-compression"
    assert [m.card.name for m in find_models("compression")] == ["tiny-compression"]


def test_a_folder_is_imported_without_its_other_files(make_model, own):
    model = make_model()
    (model.path / "setup.py").write_text("raise SystemExit")
    names = sorted(p.name for p in import_model(model.path).path.iterdir())
    assert names == ["model.json", "weights.safetensors"]


@pytest.mark.parametrize("name", ["../outside.txt", "/outside.txt", "a/../../b", "C:/x", "..\\x"])
def test_an_archive_whose_names_lead_out_is_refused_whole(make_model, own, tmp_path, name):
    path = zipped(make_model().path, tmp_path / "model.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo(name), "gotcha")
    with pytest.raises(BadModel, match="leads out of it"):
        import_model(path)
    assert not own.exists()
    assert not (tmp_path / "outside.txt").exists()


def test_a_checkpoint_becomes_safetensors_with_the_same_numbers(make_model, own):
    import torch

    model = make_model()
    from safetensors.torch import load_file

    before = load_file(model.weights)
    state = {f"module.{name}": t.float() for name, t in before.items()}
    folder = with_checkpoint(model, lambda path: torch.save({"state_dict": state}, path))
    imported = import_model(folder)
    imported.verify()
    after = load_file(imported.weights)
    assert all(torch.equal(after[n].float(), before[n].float()) for n in before)
    assert sorted(p.suffix for p in imported.path.iterdir()) == [".json", ".safetensors"]


class Bomb:
    """What a pickle runs when it is loaded by the careless."""

    def __reduce__(self):
        return os.mkdir, (os.environ["BOMB"],)


def test_a_checkpoint_with_code_is_refused_and_never_run(make_model, own, tmp_path, monkeypatch):
    monkeypatch.setenv("BOMB", str(tmp_path / "exploded"))
    folder = with_checkpoint(
        make_model(), lambda path: path.write_bytes(pickle.dumps(Bomb(), protocol=2))
    )
    with pytest.raises(BadModel, match="tensors only"):
        import_model(folder)
    assert not (tmp_path / "exploded").exists()
    assert not own.exists()


def test_weights_with_another_hash_are_not_imported(make_model, own):
    model = make_model()
    model.weights.write_bytes(model.weights.read_bytes() + b"x")
    with pytest.raises(BadModel, match="not the ones"):
        import_model(model.path)
    assert not own.exists()


def test_a_name_that_is_taken_is_not_overwritten(make_model, own, tmp_path):
    model = make_model()
    import_model(model.path)
    with pytest.raises(BadModel, match="already is") as error:
        import_model(model.path)
    assert error.value.command == "spine models remove tiny-compression"
    shutil.rmtree(own)
    make_model("compression", tmp_path / "bundled" / "tiny-compression")
    with pytest.raises(BadModel, match="came with the program"):
        import_model(model.path)


def test_what_is_no_model_is_said_plainly(tmp_path, own):
    with pytest.raises(BadModel, match="no such"):
        import_model(tmp_path / "nothing")
    (tmp_path / "text.txt").write_text("hello")
    with pytest.raises(BadModel, match="neither a folder nor a zip"):
        import_model(tmp_path / "text.txt")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadModel, match="holds no"):
        import_model(tmp_path / "empty")
