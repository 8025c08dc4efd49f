"""SPIDER's folder, from the download to two models measured on the same patient."""

import pytest

torch = pytest.importorskip("torch")
import pandas as pd  # noqa: E402

from SpineLib.volume import read_volume  # noqa: E402

SMALL = {
    "preprocessing.spacing": "[8,6,6]", "preprocessing.patch": "[16,32,32]",
    "training.batch": "1", "training.steps": "2", "training.validate_every": "1",
    "split.validation": "0.5", "network.imagenet": "false",
}  # fmt: skip
NETWORKS = {
    "spider-unetr": {
        "network.arguments.patch": "[16,32,32]", "network.arguments.feature_size": "2",
        "network.arguments.hidden_size": "24", "network.arguments.mlp_size": "24",
    },
    "residual-unet": {"network.arguments.filters": "[4,4,4,8,8]", "optimiser.warmup": "0"},
}  # fmt: skip


def test_two_networks_learn_from_the_same_patients_and_are_compared_on_one_kept_apart(
    spine, tmp_path
):
    spider = tmp_path / "spider"
    made = ["simulate", spider, "--region", "lumbar", "--format", "spider", "--count", 3]
    assert spine(*made, "--set", "pixel=3.5", "--set", "slices=4").code == 0
    counted = spine("data", "check", spider, "--task", "segmentation")
    assert "7 volumes of 3 patients" in counted.out and "partial vertebra" in counted.out
    test = tmp_path / "test.json"
    frozen = ["data", "freeze-test", spider, test, "--share", 0.3, "--task", "segmentation"]
    assert spine(*frozen).code == 0
    models = []
    for name, network in NETWORKS.items():
        changes = [f"--set={key}={value}" for key, value in {**SMALL, **network}.items()]
        answer = spine(
            "train", "segmentation", "--recipe", name, "--data", spider, "--test", test,
            "--leave-out-test", "--out", tmp_path / name, "--workers", 0, "--device", "cpu",
            "--cache", tmp_path / "cache", *changes,
            *(["--evaluate", spider] if name == "spider-unetr" else []),
        )  # fmt: skip
        assert answer.code == 0, answer.errors
        models += ["--model", tmp_path / name / "model"]
    page = tmp_path / "spider-unetr" / "evaluation" / "evaluation.html"
    assert "Loss and validation while it was trained" in page.read_text(encoding="utf-8")
    table = pd.read_csv(next(page.parent.glob("*/structures.csv")))
    assert table["structure"].tolist() == ["vertebra", "disc", "canal"]
    assert {"Dice mean", "Dice SD"} <= set(table.columns)
    measure = ["evaluate", "segmentation", *models, "--data", spider, "--out", tmp_path / "both"]
    refused = spine(*measure)
    assert refused.code == 3 and "training data" in refused.errors[-1]
    assert spine(*measure, "--split", test).code == 0
    table = pd.read_csv(tmp_path / "both" / "comparison.csv")
    assert {"first", "second"} <= set(table.columns) and len(table)


def test_a_simulated_patient_s_series_differ_as_spider_s_do(spine, tmp_path, data):
    folder = tmp_path / "spider"
    made = ["simulate", folder, "--region", "lumbar", "--format", "spider", "--set", "pixel=3.5"]
    assert spine(*made, "--set", "slices=2").code == 0
    names = ["1_t1", "1_t2", "1_t2_SPACE"]
    assert sorted(path.stem for path in (folder / "images").iterdir()) == names
    images = [read_volume(folder / "images" / f"{name}.mha") for name in names]
    assert len({image.spacing[2] for image in images}) == 3
    mask = read_volume(folder / "masks" / "1_t1.mha")
    assert mask.voxels.dtype.kind == "f" and ((mask.voxels > 100) & (mask.voxels < 126)).any()
    for table in ("overview.csv", "radiological_gradings.csv"):
        real = pd.read_csv(data / "spider" / table, dtype=str)
        assert pd.read_csv(folder / table, dtype=str).columns.tolist() == real.columns.tolist()
    refused = spine(*made[:1], tmp_path / "x", "--format", "spider")
    assert refused.code == 2 and "--region lumbar" in refused.errors[0]
