"""SPIDER's folder, from the download to two models measured on the same patient."""

import pytest

torch = pytest.importorskip("torch")
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from SpineLib.datasets.simulated import simulated_volumes  # noqa: E402
from SpineLib.volume import Volume, write_volume  # noqa: E402

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


@pytest.fixture(scope="module")
def spider(tmp_path_factory):
    """Three patients' series as SPIDER names them, a simulated lumbar spine on a coarse grid."""
    root = tmp_path_factory.mktemp("spider")
    image, mask = simulated_volumes("simulated:lumbar-degenerative:standard:1:7")[0].open()
    rng = np.random.default_rng(0)
    for name in ("1_t2", "2_t1", "3_t2"):
        for folder, one in (("images", image), ("masks", mask)):
            voxels = one.voxels[:, ::3, ::3].copy()
            if folder == "images":
                voxels = voxels + rng.integers(0, 9, voxels.shape).astype(voxels.dtype)
            coarse = Volume(voxels, one.ijk_to_ras @ np.diag([3.0, 3.0, 1.0, 1.0]))
            write_volume(coarse, root / folder / f"{name}.mha")
    (root / "overview.csv").write_text(
        "new_file_name,subset,Manufacturer\n" + "".join(f"{n}_t2,training,maker\n" for n in (1, 3))
    )
    return root


def test_two_networks_learn_from_the_same_patients_and_are_compared_on_one_kept_apart(
    spine, spider, tmp_path
):
    counted = spine("data", "check", spider, "--task", "segmentation")
    assert "3 volumes of 3 patients" in counted.out and "partial vertebra" in counted.out
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
        )  # fmt: skip
        assert answer.code == 0, answer.errors
        models += ["--model", tmp_path / name / "model"]
    measure = ["evaluate", "segmentation", *models, "--data", spider, "--out", tmp_path / "both"]
    refused = spine(*measure)
    assert refused.code == 3 and "training data" in refused.errors[-1]
    assert spine(*measure, "--split", test).code == 0
    table = pd.read_csv(tmp_path / "both" / "comparison.csv")
    assert {"first", "second"} <= set(table.columns) and len(table)
