"""The U-Net gives one logit a class and voxel for any patch that its strides divide."""

import pytest
import torch

from SpineLib.errors import BadModel
from SpineLib.networks import build

LEVELS = {
    "filters": [4, 4, 8],
    "strides": [[1, 1, 1], [1, 2, 2], [2, 2, 2]],
    "kernels": [[1, 3, 3], [3, 3, 3], [3, 3, 3]],
}


@pytest.mark.parametrize("patch", [(4, 16, 8), (6, 24, 32)])
def test_a_patch_gives_logits_of_its_own_size(patch):
    network = build("volume-unet", {"classes": 4, **LEVELS}).eval()
    with torch.inference_mode():
        assert network(torch.rand(1, 1, *patch)).shape == (1, 4, *patch)


def test_levels_that_do_not_match_are_refused():
    with pytest.raises(BadModel, match="levels"):
        build("volume-unet", {"classes": 4, **LEVELS, "filters": [4, 4]})


@pytest.mark.parametrize("residual", [False, True])
def test_it_answers_with_dynunets_weights_what_dynunet_answers(residual):
    from monai.networks.nets import DynUNet

    levels = {**LEVELS, "filters": [3, 4, 5, 6]}
    levels |= {name: [*LEVELS[name], LEVELS[name][-1]] for name in ("strides", "kernels")}
    theirs = DynUNet(
        3, 1, 4, levels["kernels"], levels["strides"], levels["strides"][1:], levels["filters"],
        norm_name=("INSTANCE", {"affine": True}), res_block=residual, deep_supervision=True,
        deep_supr_num=2,
    )  # fmt: skip
    ours = build("volume-unet", {"classes": 4, "residual": residual, "supervised": 2, **levels})
    state = {k: v for k, v in theirs.state_dict().items() if not k.startswith("skip_layers.")}
    ours.load_state_dict(state)
    patches = torch.rand(1, 1, 8, 32, 16)
    for training in (True, False):
        answers = (network.train(training)(patches) for network in (ours, theirs))
        torch.testing.assert_close(*answers)


def test_even_kernels_are_refused():
    kernels = [[1, 3, 3], [3, 3, 3], [3, 2, 3]]
    with pytest.raises(BadModel, match="odd"):
        build("volume-unet", {"classes": 4, **LEVELS, "kernels": kernels})
