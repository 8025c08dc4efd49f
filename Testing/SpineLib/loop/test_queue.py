"""Which case comes next, and why: by scores that are written by hand."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineLib.errors import BadInput, BadRequest
from SpineLib.loop.dataset import Dataset, create_dataset, open_dataset
from SpineLib.loop.images import of_volume
from SpineLib.loop.problem import Problem
from SpineLib.loop.queue import queue, reasons, teaching
from SpineLib.loop.scores import Score, read_score, score_file, write_score
from SpineLib.loop.writer import DatasetWriter
from Testing.SpineLib.loop.learning import spine, tiny_model

PROBLEM = Problem("Vertebra 3 is missing between vertebrae 2 and 4", 3, (1.0, 2.0, 3.0), True)


def scored(name: str, uncertainty: float, disagreement: float | None = None, problems: int = 0):
    return Score(
        name, "0001-starter-tiny", "", 1, uncertainty, {"disc": uncertainty, "canal": 0.0},
        disagreement=disagreement, against="" if disagreement is None else "0000-before",
        dice={} if disagreement is None else {"203": 1 - disagreement},
        problems=(PROBLEM,) * problems,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("loop") / "set"
    model = tiny_model(folder.parent / "model")
    create_dataset(folder, title="queue", task="segmentation", model=model, seed=5)
    with DatasetWriter(folder) as writer:
        for n in range(8):
            image, _ = spine(n)
            writer.add(of_volume(image), patient=f"patient{n}", region="lumbar", weighting="T2")
        writer.freeze(patients=["patient2", "patient5"])
    return folder


@pytest.fixture
def dataset(made: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(made, tmp_path / "set"))


def put(folder: Path, *scores: Score) -> Dataset:
    known = open_dataset(folder)
    for score in scores:
        write_score(folder, replace(score, model=known.current.id))
    return known


def ids(found) -> list[str]:
    return [one.case.id for one in found]


def test_a_case_that_is_worst_by_every_measure_comes_first():
    scores = {"a": scored("a", 0.1, 0.1), "b": scored("b", 0.3, 0.4, 2), "c": scored("c", 0.2, 0.2)}
    values = teaching(scores)
    assert values["b"] == 1.0 and values["b"] > values["c"] > values["a"]


def test_a_measure_that_one_case_lacks_is_left_out_for_all():
    scores = {"a": scored("a", 0.1, 0.9), "b": scored("b", 0.2)}
    assert teaching(scores) == {"a": 0.0, "b": 1.0}


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(0, 3)), min_size=1, max_size=12
    )
)
def test_the_order_of_the_cases_and_the_unit_of_a_measure_change_nothing(rows):
    scores = {str(n): scored(str(n), *row) for n, row in enumerate(rows)}
    values = teaching(scores)
    assert all(0 <= value <= 1 for value in values.values())
    assert teaching(dict(reversed(scores.items()))) == pytest.approx(values)
    other = {k: replace(v, uncertainty=1e-3 * v.uncertainty) for k, v in scores.items()}
    kept = len({v.uncertainty for v in other.values()}) == len({r[0] for r in rows})
    assert not kept or teaching(other) == pytest.approx(values)


def test_reasons_say_which_structure_which_model_and_how_many_places():
    told = reasons({"a": scored("a", 0.1, 0.1), "b": scored("b", 0.3, 0.4, 2)})
    sentences = " ".join(told["b"])
    assert "less sure of it than of 100 % of the others: 0.300, most for disc (0.300)" in sentences
    assert "lowest Dice 0.60 for label 203 (with 0000-before)" in sentences
    assert "2 places to look at, 2 of them serious; vertebra 3 is missing" in sentences
    assert told["a"] == ("Nothing about it stands out among the waiting cases",)


def test_frozen_test_cases_come_first_then_what_teaches_then_what_is_not_answered(dataset):
    known = put(dataset, scored("0001", 0.1), scored("0002", 0.5), scored("0007", 0.3))
    found = queue(known)
    assert ids(found) == ["0003", "0006", "0002", "0007", "0001", "0004", "0005", "0008"]
    assert found[0].reasons == ("Frozen test: needed to compare models, never learnt from",)
    assert found[2].score == 1.0 and "less sure" in found[2].reasons[0]
    assert "has not answered it yet" in found[5].reasons[0] and found[5].score is None


def test_training_and_test_can_be_looked_at_apart(dataset):
    known = open_dataset(dataset)
    assert ids(queue(known, part="test")) == ["0003", "0006"]
    assert {"0003", "0006"}.isdisjoint(ids(queue(known, part="training")))


def test_approved_cases_are_gone_and_corrected_ones_wait_at_the_end(dataset):
    _, labels = spine(0)
    with DatasetWriter(dataset) as writer:
        for name in ("0001", "0002"):
            writer.add_version(name, labels, kind="corrected", by="anna")
        writer.approve("0001", by="ben", anyway=True)
        writer.set_aside("0004", "blurred", by="anna")
    found = queue(put(dataset, scored("0002", 0.9), scored("0005", 0.1)))
    assert "0001" not in ids(found) and "0004" not in ids(found)
    assert found[-1].case.id == "0002" and found[-1].score is None
    assert found[-1].reasons[0] == "Corrected; it waits to be approved"


def test_oldest_is_the_order_of_arrival(dataset):
    found = queue(put(dataset, scored("0008", 0.9)), order="oldest")
    assert ids(found) == [f"{n:04d}" for n in range(1, 9)]
    assert found[0].reasons[0].startswith("By arrival")


def test_a_random_order_stays_when_a_case_leaves(dataset):
    before = ids(queue(open_dataset(dataset), order="random"))
    assert before == ids(queue(open_dataset(dataset), order="random", seed=5))
    assert before != ids(queue(open_dataset(dataset), order="random", seed=6))
    with DatasetWriter(dataset) as writer:
        writer.set_aside(before[3], "blurred", by="anna")
    after = ids(queue(open_dataset(dataset), order="random"))
    assert after == before[:3] + before[4:]


def test_an_order_that_nobody_knows_is_refused(dataset):
    with pytest.raises(BadRequest, match="teaching, oldest, random"):
        queue(open_dataset(dataset), order="hardest")


def test_a_score_comes_back_as_it_was(tmp_path):
    one = replace(scored("0001", 0.25, 0.5, 1), per_slice=(0.5, None, 0.25))
    write_score(tmp_path, one)
    assert read_score(tmp_path, one.model, "0001") == one
    assert read_score(tmp_path, one.model, "0002") is None


def test_a_damaged_score_is_named(tmp_path):
    one = scored("0001", 0.25)
    write_score(tmp_path, one)
    score_file(tmp_path, one.model, "0001").write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match="cannot be read"):
        read_score(tmp_path, one.model, "0001")
