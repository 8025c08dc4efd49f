"""UNETR gives one logit a class and voxel, and refuses sizes that do not fit."""

import pytest
import torch

from SpineLib.errors import BadModel
from SpineLib.networks import build

SIZES = {"patch": [16, 32, 16], "classes": 4, "feature_size": 4, "hidden_size": 32, "mlp_size": 32}


def test_a_patch_gives_logits_of_its_own_size():
    network = build("unetr", SIZES).eval()
    with torch.inference_mode():
        assert network(torch.zeros(2, 1, 16, 32, 16)).shape == (2, 4, 16, 32, 16)


def test_patches_that_are_no_multiple_of_sixteen_are_refused():
    with pytest.raises(BadModel, match="multiples of 16"):
        build("unetr", {**SIZES, "patch": [16, 30, 16]})


def test_heads_that_do_not_divide_the_width_are_refused():
    with pytest.raises(BadModel, match="attention heads"):
        build("unetr", {**SIZES, "heads": 5})
