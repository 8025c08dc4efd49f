"""What a panel asks about outcomes; the worker answers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from SpineLib import messages
from SpineLib.outcome.dictionary import variable
from SpineLib.outcome.model import read_model
from SpineLib.outcome.prediction import predict, read_values
from SpineLib.progress import Progress
from SpineLib.protocol import Handlers
from SpineLib.replies import OutcomeModelAnswer, PrognosisAnswer


def _model(request: messages.OutcomeModel, _progress: Progress) -> OutcomeModelAnswer:
    model = read_model(request.model)
    inputs: list[dict[str, Any]] = [
        {"name": column.name, "title": column.title, "range": column.range}
        for column in map(variable, model.recipe.predictors)
    ]
    helping = [variable(name).title for name in model.recipe.auxiliary]
    return {
        "title": model.title,
        "question": model.recipe.title,
        "notice": model.notice,
        "patients": model.patients,
        "inputs": inputs,
        "helping": helping,
    }


def _predict(request: messages.OutcomePredict, _progress: Progress) -> PrognosisAnswer:
    model = read_model(request.model)
    answer = predict(model, read_values(request.values), force=request.force)
    data = asdict(answer)
    # As JSON has them.
    return {"prognosis": {k: list(v) if isinstance(v, tuple) else v for k, v in data.items()}}


HANDLERS: Handlers = {messages.OutcomeModel: _model, messages.OutcomePredict: _predict}
