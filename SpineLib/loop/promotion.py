"""Whether a candidate comes into force: measured beside the current model on the frozen test.

``promotions/NNNN`` holds ``comparison.json`` (written last), ``promotion.html``, ``changes.csv``,
both tables of predictions and ``pictures/``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SpineLib.errors import BadInput, NotApplicable, SpineError
from SpineLib.loop.ancestry import ancestor
from SpineLib.loop.dataset import SOFTWARE, Dataset
from SpineLib.loop.finetune import made_by, require_untested, unfinished
from SpineLib.loop.images import ImageChanged
from SpineLib.loop.kept import set_aside_changed
from SpineLib.loop.lineage import LoopModel
from SpineLib.loop.origins import own_truths
from SpineLib.loop.writer import DatasetWriter
from SpineLib.models.card import Card, Figure, Promotion
from SpineLib.models.folder import replace_card
from SpineLib.progress import Progress
from SpineLib.store.files import write_json
from SpineLib.store.numbered import numbered_folder, read_record
from SpineLib.times import now

if TYPE_CHECKING:
    from SpineLib.evaluation.predictions import Predictions
    from SpineLib.loop.changes import Change

PROMOTIONS, COMPARISON, PAGE, CHANGES, PICTURES = (
    "promotions", "comparison.json", "promotion.html", "changes.csv", "pictures",
)  # fmt: skip
_FORMAT = 1
_TOLERANCE_MM = 2.0


class NotPromoted(SpineError):
    """The candidate is worse, or could not be compared, and no reason was given."""


@dataclass(frozen=True)
class Comparison:
    """Two models of a data set on its frozen test.

    Attributes:
        folder: where the page and the tables are.
        record: the values of ``comparison.json``.
    """

    folder: Path
    record: dict[str, Any]

    @property
    def candidate(self) -> str:
        """Id of the new model."""
        return str(self.record["candidate"]["id"])

    @property
    def against(self) -> str:
        """Id of the current model."""
        return str(self.record["against"]["id"])

    @property
    def cannot(self) -> str:
        """Why nothing could be compared; empty where it could."""
        return str(self.record["cannot"])

    @property
    def worse(self) -> tuple[str, ...]:
        """The figures that are worse by more than their margin, in words."""
        return tuple(self.record["worse"])

    @property
    def changes(self) -> list[Change]:
        """Figure by figure."""
        from SpineLib.loop.changes import Change

        return [Change.from_dict(change) for change in self.record["changes"]]

    @property
    def page(self) -> Path:
        """The page for the person."""
        return self.folder / PAGE

    @property
    def needs_reason(self) -> str:
        """Why a person must give a reason; empty where none is needed."""
        if self.cannot:
            return self.cannot
        return f"It is worse in {'; '.join(self.worse)}" if self.worse else ""


def compare(
    dataset: Dataset,
    candidate: str,
    *,
    against: str = "",
    margins: Mapping[str, float] | None = None,
    device: str = "auto",
    progress: Progress | None = None,
) -> Comparison:
    """Measures two models on the frozen test and writes the page; nobody's lock is needed.

    Args:
        dataset: whose corrected or approved test cases are the truth.
        candidate: id of the new model.
        against: id of the other; the current one if empty.
        margins: as for `SpineLib.loop.changes.margins_of`.
        device: as for a reading.
        progress: told of each case and picture.

    Raises:
        BadInput: the candidate learnt from the test, or is the other model itself.
        ImageChanged: a test case's image is another one than when it was added; it is set aside.
    """
    from SpineLib.loop.changes import margins_of

    progress = progress or Progress()
    limits = margins_of(dataset.task, margins)
    new = dataset.lineage.model(candidate)
    old = dataset.lineage.model(against) if against else dataset.current
    if new.id == old.id:
        raise BadInput(f"{new.id} is the current model already, so there is nothing to compare")
    for model in (new, old):
        require_untested(dataset, model.folder, made_by(dataset, model.folder))
    frozen = dataset.require_frozen()
    test = dataset.test()
    record: dict[str, Any] = {
        "format": _FORMAT,
        "number": 0,
        "made": now("seconds"),
        "software": SOFTWARE,
        "candidate": _about(new),
        "against": _about(old),
        "test_sha256": frozen.sha256,
        "test": _versions(dataset),
        "patients": len({case.patient for case in test}),
        # Which of them were corrected from a model's own answer.
        "own": {"old": own_truths(test, old.id), "new": own_truths(test, new.id)},
        "margins": limits,
        "changes": [],
        "worse": [],
        "cannot": "",
    }
    try:
        with numbered_folder(dataset.folder / PROMOTIONS, COMPARISON) as folder:
            record["number"] = int(folder.name)
            if test:
                try:
                    _measure(dataset, folder, record, (old, new), device, progress)
                except NotApplicable as error:
                    record["cannot"] = f"{error.what}, so the two models cannot be compared"
            else:
                record["cannot"] = (
                    "None of the test's cases is corrected yet, so the two models cannot be "
                    "compared"
                )
            write_json(folder / COMPARISON, record)
    except ImageChanged as error:
        raise set_aside_changed(dataset, test, error) from error
    return Comparison(folder, record)


def open_comparison(folder: str | Path) -> Comparison:
    """Opens what `compare` wrote.

    Raises:
        BadInput: it is none, or was not written to its end.
    """
    path = Path(folder) / COMPARISON
    record = read_record(path, known=_FORMAT, what="comparison", advice="Compare again.")
    return Comparison(Path(folder), record)


def comparisons(dataset: Dataset) -> list[Comparison]:
    """Those of a data set that were written to their end, oldest first."""
    files = sorted((dataset.folder / PROMOTIONS).glob(f"*/{COMPARISON}"))
    return [open_comparison(path.parent) for path in files]


def fresh_comparison(
    dataset: Dataset, candidate: str, margins: Mapping[str, float] | None = None
) -> Comparison | None:
    """The last comparison with the current model, if the test and the margins are as then."""
    from SpineLib.loop.changes import margins_of

    wanted = margins_of(dataset.task, margins)
    for comparison in reversed(comparisons(dataset)):
        same = comparison.candidate == candidate and comparison.record["margins"] == wanted
        if same and not _outdated(dataset, comparison):
            return comparison
    return None


def promote(
    writer: DatasetWriter, comparison: Comparison, *, by: str, reason: str = ""
) -> LoopModel:
    """Puts a candidate in force: its card first, the data set's journal last.

    A candidate that is worse anywhere beyond a margin, or could not be compared, is not promoted
    without a reason; that is recorded as a refusal, which a later promotion with a reason takes
    back. One that learnt from the test is never promoted.

    Args:
        writer: of the data set.
        comparison: of the candidate and the current model, on the test as it is now.
        by: who promotes; stays in the data set.
        reason: goes onto the card.

    Raises:
        NotPromoted: it needs a reason.
        BadInput: the comparison is of another test or another model in force; or the candidate
            learnt from the test.
    """
    dataset = writer.dataset
    new = dataset.lineage.model(comparison.candidate)
    require_untested(dataset, new.folder, made_by(dataset, new.folder))
    outdated = _outdated(dataset, comparison)
    if outdated:
        raise BadInput(outdated, file=comparison.folder, advice="Compare again.")
    figures = {change.figure: [change.old, change.new] for change in comparison.changes}
    reason = reason.strip()
    if comparison.needs_reason and not reason:
        writer.refuse(new.id, by=by, reason=comparison.needs_reason, figures=figures)
        raise NotPromoted(
            f"{new.id} was not promoted. {comparison.needs_reason}",
            file=comparison.page if comparison.page.exists() else None,
            advice="Look at the page. To promote it anyway, give a reason, which is written on "
            "its card.",
        )
    old = dataset.lineage.model(comparison.against).folder.card
    card = _promoted(new.folder.card, old, comparison, reason if comparison.needs_reason else "")
    replace_card(new.folder, card)
    return writer.promote(new.id, by=by, reason=reason, figures=figures)


def back(writer: DatasetWriter, model_id: str, *, by: str, reason: str = "") -> LoopModel:
    """Puts an earlier model in force again; nothing is removed.

    Raises:
        BadInput: there is no such model, or it is in force.
        BadModel: it is damaged.
    """
    if writer.dataset.current.id == model_id:
        raise BadInput(f"{model_id} is the current model already")
    return writer.back(model_id, by=by, reason=reason)


def standing(dataset: Dataset) -> list[str]:
    """What waits or was interrupted, fine-tunings included, a sentence each."""
    sentences = unfinished(dataset)
    for model in dataset.models:
        if model.state != "candidate":
            continue
        lineage = model.folder.card.lineage
        if lineage is not None and lineage.promotion is not None:
            sentences.append(f"The promotion of {model.id} was interrupted before it was finished")
        else:
            sentences.append(f"{model.id} waits to be compared with {dataset.current.id}")
        sentences[-1] += f": spine loop promote {dataset.folder} {model.id}"
    return sentences


def _measure(
    dataset: Dataset,
    folder: Path,
    record: dict[str, Any],
    models: tuple[LoopModel, LoopModel],
    device: str,
    progress: Progress,
) -> None:
    from SpineLib.evaluation.predictions import write_table
    from SpineLib.inference.loaded import load
    from SpineLib.loop.changes import change_table, changes
    from SpineLib.loop.pictures import draw_changes
    from SpineLib.loop.promotion_page import write_page
    from SpineLib.models import find_models

    cases = [case.labelled() for case in dataset.test()]
    loaded = [load(model.folder, device) for model in models]
    canal = None if dataset.task == "segmentation" else load(find_models("canal")[0], device)
    answers = _answers(dataset, cases, loaded, canal, progress)
    figures = changes(answers[0], answers[1], record["margins"])
    record["changes"] = [change.to_dict() for change in figures]
    record["worse"] = [change.said for change in figures if change.worse]
    if all(change.difference is None or change.margin is None for change in figures):
        record["cannot"] = "No figure is defined on the test's cases"
    for name, predictions in zip(("old", "new"), answers, strict=True):
        predictions.write(folder / f"predictions-{name}.csv")
    write_table(change_table(figures), folder / CHANGES)
    pictures = draw_changes(folder / PICTURES, cases, answers, loaded, canal, progress)
    write_page(folder / PAGE, record, figures, pictures, answers)


def _answers(
    dataset: Dataset, cases: Sequence[Any], loaded: Sequence[Any], canal: Any, progress: Progress
) -> list[Predictions]:
    from SpineLib.evaluation.predict import predict_slices, predict_volumes

    data = f"the frozen test of {dataset.title}"
    if canal is None:
        return predict_volumes(cases, loaded, data=data, tolerance=_TOLERANCE_MM, progress=progress)
    return predict_slices(cases, loaded, canal, data=data, progress=progress)


def _promoted(card: Card, old: Card, comparison: Comparison, reason: str) -> Card:
    """The candidate's card with the test's figures and how it came into force."""
    record = comparison.record
    on = f"a frozen test of {record['patients']} patients and {len(record['test'])} cases"
    figures = tuple(
        Figure(
            change.figure,
            round(change.new, 3),
            on,
            tuple(round(x, 3) for x in change.new_interval or ()),
        )
        for change in comparison.changes
        if change.new is not None and change.margin_of != "level"
    )
    promotion = Promotion(ancestor(old), record["test_sha256"], comparison.worse, reason)
    lineage = card.lineage and replace(card.lineage, promotion=promotion)
    return replace(card, figures=figures, lineage=lineage)


def _outdated(dataset: Dataset, comparison: Comparison) -> str:
    if comparison.against != dataset.current.id:
        return f"The candidate was compared with {comparison.against}, which is not the current model now"
    if comparison.record["test"] != _versions(dataset):
        return "The test's cases were corrected since the comparison was made"
    return ""


def _versions(dataset: Dataset) -> dict[str, str]:
    """Case → SHA-256 of the answer that counts, of every test case with one."""
    return {case.id: case.chosen.sha256 for case in dataset.test() if case.chosen is not None}


def _about(model: LoopModel) -> dict[str, Any]:
    card = model.folder.card
    lineage = card.lineage
    return {
        "id": model.id,
        **vars(ancestor(card)),
        "starter": card.starter,
        "title": card.title,
        "cases": len(lineage.cases) if lineage else 0,
        "minutes": lineage.minutes if lineage else 0.0,
    }
