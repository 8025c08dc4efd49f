"""Tables of predictions as a model would give them."""

from collections.abc import Callable

import pytest

from SpineLib.evaluation import statistics
from SpineLib.evaluation.predictions import Predictions, make_table
from SpineLib.labels import COMPRESSED, NOT_ASSESSED, NOT_COMPRESSED
from SpineLib.questions import BILSKY


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    """Intervals need not be smooth here."""
    monkeypatch.setattr(statistics, "DRAWS", 200)


@pytest.fixture
def compression(make_card) -> Callable[..., Predictions]:
    """Predictions of patients, each a list of (truth, P(compressed) or None)."""

    def make(patients: dict[str, list], *, threshold=0.5, columns=None, **card) -> Predictions:
        rows = []
        for patient, slices in patients.items():
            for k, (truth, p) in enumerate(slices):
                called = COMPRESSED if p is not None and p >= threshold else NOT_COMPRESSED
                word = truth if isinstance(truth, str) else (NOT_COMPRESSED, COMPRESSED)[truth]
                rows.append({
                    "stack": f"{patient}-1", "patient": patient, "site": "", "index": k,
                    "sop_instance_uid": "", "frame": 1, "truth": word, "probability": p,
                    "verdict": NOT_ASSESSED if p is None else called,
                    "reason": "the spinal canal was not found" if p is None else "",
                    **(columns or {}).get(patient, {}),
                })  # fmt: skip
        return Predictions(
            make_card("compression", **card), "test", make_table("compression", rows)
        )

    return make


@pytest.fixture
def grading(make_card) -> Callable[..., Predictions]:
    """Predictions of patients, each a list of (true grade, probabilities of grades or None)."""

    def make(patients: dict[str, list], **card) -> Predictions:
        rows = []
        for patient, slices in patients.items():
            for k, (truth, p) in enumerate(slices):
                grade = "" if p is None else BILSKY.values[max(range(6), key=p.__getitem__)]
                high = p is not None and sum(p[3:]) >= 0.5
                rows.append({
                    "stack": f"{patient}-1", "patient": patient, "site": "", "index": k,
                    "sop_instance_uid": "", "frame": 1, "truth": truth, "grade": grade,
                    "verdict": NOT_ASSESSED if p is None else ("high" if high else "low"),
                    "reason": "the spinal canal was not found" if p is None else "",
                    **{f"p_{g}": p[n] if p else None for n, g in enumerate(BILSKY.values)},
                })  # fmt: skip
        return Predictions(make_card("grading", **card), "test", make_table("grading", rows))

    return make
