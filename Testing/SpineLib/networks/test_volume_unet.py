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
