"""Levels: what is wrong and what is withheld are told apart, and the page is written to its end."""

import numpy as np
import pytest

pytest.importorskip("torch")
from SpineLib.evaluation.evaluate import evaluated
from SpineLib.evaluation.level_pictures import pictures
from SpineLib.evaluation.levels import _placings, _rows
from SpineLib.evaluation.predictions import Predictions, make_table
from SpineLib.evaluation.report import write_evaluation
from SpineLib.inference.localising import levels_of
from SpineLib.volume import Volume
from Testing.spines import seen, spine


@pytest.fixture(scope="module")
def rows():
    """Two patients in four views, seen by a perfect search."""
    made, last = [], {}
    for seed in (0, 1):
        truth = spine(seed=seed)
        matrix = np.eye(4)
        matrix[:3, :3] = [[0, 0, 2.2], [-1.5, 0, 0], [0, -1.5, 0]]
        top = max(place[2] for place in truth.course)
        matrix[:3, 3] = [-10, 100, top + 40]
        volume = Volume(np.zeros((10, 480, 144), np.uint16), matrix)
        for picture in pictures(volume, truth, seed=seed):
            names = [body.name for body in picture.bodies]
            finding = levels_of({"1": seen(truth, above="" if "C2" in names else names[0],
                                           below="" if "L5" in names else names[-1])})  # fmt: skip
            about = {"stack": f"{seed} {picture.view}", "patient": str(seed), "site": "",
                     "view": picture.view, "variant": truth.variant}  # fmt: skip
            found = [*_rows(picture, finding),
                     *_placings(picture, finding, last.get(picture.view), seed)]  # fmt: skip
            last[picture.view] = picture.centers
            made += [{**about, **row} for row in found]
    return made


def test_a_perfect_search_names_all_but_the_views_that_show_no_end(rows, make_card, tmp_path):
    answer = Predictions(make_card("levels"), "test", make_table("levels", rows))
    evaluations, comparison = evaluated([answer])
    figures = {figure.name: figure.value for figure in evaluations[0].figures}
    assert figures["vertebrae named wrongly"] == 0
    assert figures["vertebrae without a name, C2 or sacrum in the picture"] < 0.1
    assert figures["thoracic: vertebrae without a name"] == 1
    assert figures["stacks of another frame of reference: levels carried over"] > 0.8
    page = write_evaluation(tmp_path / "out", [answer], evaluations, comparison)
    assert "Share of discs that were found within a distance" in page.read_text()
