"""The models of a data set: the one that it began with, its children, and which is in force."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from SpineLib.errors import BadInput
from SpineLib.models.card import CARD_NAME
from SpineLib.models.folder import ModelFolder, open_folder
from SpineLib.store.files import writing_folder
from SpineLib.store.journal import append, read_journal
from SpineLib.times import now

MODELS, JOURNAL = "models", "models.jsonl"
MADE, PROMOTED, REFUSED, BACK = "made", "promoted", "refused", "back"
FIRST, CANDIDATE = "first", "candidate"
_ID = re.compile(r"^(\d{4})-[A-Za-z0-9._-]+$")


@dataclass(frozen=True)
class LoopModel:
    """One model of a data set.

    Attributes:
        id: number in the order of arrival and name, ``0001-starter-segmentation``.
        path: its folder.
        parent: id of the model that it was fine-tuned from; empty for the first.
        made: UTC, ISO 8601.
        state: ``first``, ``candidate``, ``promoted`` or ``refused``.
        by, reason, figures: of the last promotion, refusal or way back.
    """

    id: str
    path: Path
    parent: str = ""
    made: str = ""
    state: str = CANDIDATE
    by: str = ""
    reason: str = ""
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> ModelFolder:
        """Card and weights.

        Raises:
            BadModel: the folder is damaged.
        """
        return open_folder(self.path)


@dataclass(frozen=True)
class Lineage:
    """What the journal of models says.

    Attributes:
        models: in the order of arrival.
        current: id of the current one; empty where there is none.
        problems: sentences on lines that are left out.
    """

    models: tuple[LoopModel, ...] = ()
    current: str = ""
    problems: tuple[str, ...] = ()

    def model(self, model_id: str) -> LoopModel:
        """The model of this id.

        Raises:
            BadInput: there is none.
        """
        for model in self.models:
            if model.id == model_id:
                return model
        raise BadInput(
            f"The data set has no model {model_id}",
            advice=f"It has {', '.join(model.id for model in self.models)}.",
        )


def read_lineage(dataset: Path) -> Lineage:
    """Reads ``models.jsonl`` as far as it can be read."""
    journal = read_journal(dataset / JOURNAL)
    lineage, problems = Lineage(), list(journal.problems)
    for line in journal.lines:
        try:
            lineage = _after(lineage, line.record, dataset)
        except (KeyError, TypeError, ValueError, BadInput) as error:
            problems.append(f"Line {line.number} of {JOURNAL} is left out: {error}")
    return replace(lineage, problems=tuple(problems))


def keep_model(dataset: Path, folder: ModelFolder, parent: str) -> str:
    """Copies a model into the data set and records it.

    Returns:
        Its id.

    Raises:
        BadModel: the weights are not the ones that the card names.
        OutputError: it cannot be written.
    """
    folder.verify()
    known = read_lineage(dataset)
    model_id = f"{len(known.models) + 1:04d}-{folder.card.name}"
    copy_model(folder, dataset / MODELS / model_id)
    open_folder(dataset / MODELS / model_id).verify()
    append(dataset / JOURNAL, {"kind": MADE, "id": model_id, "parent": parent, "time": now()})
    return model_id


def copy_model(model: ModelFolder, folder: Path) -> None:
    """Copies card and weights, whole or not at all."""
    with writing_folder(folder) as temporary:
        for file in (model.path / CARD_NAME, model.weights):
            shutil.copyfile(file, temporary / file.name)


def tell(
    dataset: Path, kind: str, model_id: str, by: str, reason: str, figures: dict[str, Any]
) -> None:
    """Records a promotion, a refusal, or the way back to an earlier model."""
    append(dataset / JOURNAL, {
        "kind": kind, "id": model_id, "by": by, "reason": reason, "figures": figures,
        "time": now(),
    })  # fmt: skip


def _after(lineage: Lineage, record: dict[str, Any], dataset: Path) -> Lineage:
    kind, model_id = record["kind"], str(record["id"])
    if kind == MADE:
        if not _ID.match(model_id) or any(model.id == model_id for model in lineage.models):
            raise ValueError(f"{model_id!r} is not an id of a new model")
        new = LoopModel(
            model_id, dataset / MODELS / model_id, str(record["parent"]), str(record["time"]),
            CANDIDATE if lineage.models else FIRST,
        )  # fmt: skip
        return replace(lineage, models=(*lineage.models, new), current=lineage.current or model_id)
    if kind not in (PROMOTED, REFUSED, BACK):
        raise ValueError(f"{kind!r} is not a kind of line")
    model = lineage.model(model_id)
    state = model.state if model.state == FIRST or kind == BACK else kind
    changed = replace(
        model, state=state, by=str(record["by"]), reason=str(record["reason"]),
        figures=dict(record.get("figures", {})),
    )  # fmt: skip
    models = tuple(changed if other.id == model_id else other for other in lineage.models)
    current = lineage.current if kind == REFUSED else model_id
    return replace(lineage, models=models, current=current)
