"""A data set of the correction loop: a folder of cases, versions, models and a frozen test."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from SpineLib import __version__
from SpineLib.dicom.people import Person
from SpineLib.errors import BadInput, BadRequest
from SpineLib.json_values import parse_json
from SpineLib.loop import frozen as freezing
from SpineLib.loop.cases import CASES, Case
from SpineLib.loop.frozen import Frozen
from SpineLib.loop.images import ImageReference
from SpineLib.loop.lineage import Lineage, LoopModel, keep_model, read_lineage
from SpineLib.loop.versions import read_history
from SpineLib.models.folder import ModelFolder
from SpineLib.questions import Question, question_of, scheme_data
from SpineLib.store.files import write_json, writing_folder
from SpineLib.store.journal import read_journal
from SpineLib.store.patients import KEY_FILE, mark_of, new_secret, secret_of
from SpineLib.times import now

FORMAT = 1
DATASET, JOURNAL = "dataset.json", "cases.jsonl"
SEGMENTATION = "segmentation"
TASKS = (SEGMENTATION, "compression", "grading")
CASE, ASIDE, TAKEN_BACK, MOVED = "case", "set aside", "taken back", "moved"
FREEZE = "frozen"
SOFTWARE = f"SlicerSpineMRI {__version__}"
_CASE_ID = re.compile(r"^\d{4,}$")


@dataclass(frozen=True)
class Dataset:
    """What a folder holds; reading needs no lock.

    Attributes:
        folder: of the data set.
        task: ``segmentation``, ``compression`` or ``grading``.
        question: that readers answer of each slice; None for segmentation.
        seed: of what is drawn, such as the frozen test.
        patients_key: tells the secret of the patients' hashes (`SpineLib.store.patients`); empty for a
            data set that was made before there were secrets.
        problems: sentences on what a person should know, such as a line that was not written to
            its end.
        cases: by id, in the order of arrival.
        lineage: its models.
        frozen: the frozen test; None before it is chosen.
    """

    folder: Path
    title: str
    task: str
    question: Question | None = None
    seed: int = 0
    patients_key: str = ""
    problems: tuple[str, ...] = ()
    cases: dict[str, Case] = field(default_factory=dict, repr=False)
    lineage: Lineage = field(default=Lineage(), repr=False)
    frozen: Frozen | None = None

    @property
    def secret(self) -> bytes:
        """What the hashes of its patients are made with; empty where there is none.

        Raises:
            BadInput: it is no longer in the folder.
        """
        return secret_of(self.patients_key, self.folder / KEY_FILE)

    @property
    def models(self) -> tuple[LoopModel, ...]:
        """In the order of arrival."""
        return self.lineage.models

    @property
    def current(self) -> LoopModel:
        """The model in force.

        Raises:
            BadInput: the data set has none.
        """
        if not self.lineage.current:
            raise BadInput("The data set has no model", file=self.folder)
        return self.lineage.model(self.lineage.current)

    def case(self, case_id: str) -> Case:
        """The case of this id; leading zeros may be left out.

        Raises:
            BadInput: there is none.
        """
        case = self.cases.get(case_id) or self.cases.get(case_id.zfill(4))
        if case is None:
            raise BadInput(
                f"The data set has no case {case_id}",
                file=self.folder,
                advice="See which there are.",
                command=f"spine loop status {self.folder}",
            )
        return case

    def training(self) -> list[Case]:
        """Cases to learn from: corrected or approved, not set aside, never of a test patient.

        Raises:
            BadInput: no test is frozen yet.
        """
        self.require_frozen()
        return [case for case in self.cases.values() if case.usable and not case.test]

    def test(self) -> list[Case]:
        """Cases to measure on: of the frozen test, corrected or approved, not set aside.

        Raises:
            BadInput: no test is frozen yet.
        """
        self.require_frozen()
        return [case for case in self.cases.values() if case.usable and case.test]

    def require_frozen(self) -> Frozen:
        """The frozen test.

        Raises:
            BadInput: none was chosen yet.
        """
        if self.frozen is None:
            raise BadInput(
                "The data set has no frozen test yet, so nothing may be learnt from it",
                file=self.folder,
                advice="Freeze it first.",
                command=f"spine loop freeze {self.folder}",
            )
        return self.frozen

    def require_training(self, cases: Iterable[Case]) -> None:
        """Refuses to learn from cases of a test patient.

        Raises:
            BadInput: one is, or no test is frozen yet.
        """
        frozen = self.require_frozen()
        wrong = [case.id for case in cases if case.patient in frozen.patients]
        if wrong:
            raise BadInput(
                f"{_named(wrong)} of a patient in the frozen test and never trained on",
                file=self.folder,
                advice="Leave them out; a model must not be measured on what it learnt from.",
            )


def create_dataset(
    folder: str | Path,
    *,
    title: str,
    task: str,
    model: ModelFolder,
    scheme: Question | None = None,
    seed: int = 0,
) -> Dataset:
    """Makes an empty data set.

    Args:
        folder: new or empty.
        title: for the person.
        task: ``segmentation``, ``compression`` or ``grading``.
        model: that the loop begins with; it is copied.
        scheme: of the grades; the model's own if None.
        seed: of what is drawn.

    Raises:
        BadRequest: no such task or scheme.
        BadInput: the folder holds something, or the model is for another task or scheme.
        BadModel: its weights are damaged.
    """
    folder = Path(folder)
    if task not in TASKS:
        raise BadRequest(f"The loop has no task {task}", advice=f"Use {', '.join(TASKS)}.")
    if model.card.task != task:
        raise BadInput(
            f"The model {model.card.name} is for {model.card.task}, not for {task}", file=model.path
        )
    question = _question(scheme, model)
    model.verify()
    data = {
        "format": FORMAT, "title": title, "task": task, "scheme": scheme_data(question) if question else "", "seed": seed,
        "created": now(), "software": SOFTWARE,
    }  # fmt: skip
    with writing_folder(folder, new=True) as temporary:
        keep_model(temporary, model, "")
        data["patients_key"] = mark_of(new_secret(temporary))
        write_json(temporary / DATASET, data)
    return open_dataset(folder)


def open_dataset(folder: str | Path) -> Dataset:
    """Reads a data set.

    Raises:
        BadInput: it is none, damaged, of a newer version, or its frozen test was changed.
    """
    folder = Path(folder)
    data = require_dataset(folder)
    lineage = read_lineage(folder)
    dataset = Dataset(
        folder, str(data["title"]), str(data["task"]), _asked(data, folder), int(data["seed"]),
        str(data.get("patients_key", "")), lineage=lineage,
    )  # fmt: skip
    journal = read_journal(folder / JOURNAL)
    problems = [*journal.problems, *lineage.problems]
    frozen: Frozen | None = None
    cases: dict[str, Case] = {}
    for line in journal.lines:
        try:
            if line.record["kind"] == FREEZE:
                frozen = freezing.read(folder, line.record["sha256"], line.record["strata"])
            else:
                _tell(cases, dataset, line.record)
        except (KeyError, TypeError, ValueError) as error:
            problems.append(f"Line {line.number} of {JOURNAL} is left out: {error}")
    if frozen is None and (folder / freezing.FROZEN).exists():
        problems.append(
            f"{freezing.FROZEN} was begun and not recorded; freeze the test again to finish it"
        )
    folders = {path.name for path in (folder / CASES).glob("*") if _CASE_ID.match(path.name)}
    problems += [
        f"The folder {CASES}/{name} is in no line of {JOURNAL}, so it is not used"
        for name in sorted(folders - cases.keys())
    ]
    for case in list(cases.values()):
        cases[case.id] = fresh(case, frozen)
        problems += [f"Case {case.id}: {problem}" for problem in cases[case.id].history.problems]
    return replace(dataset, cases=cases, frozen=frozen, problems=tuple(problems))


def fresh(case: Case, frozen: Frozen | None) -> Case:
    """The case as its journal says it now."""
    test = frozen is not None and case.patient in frozen.patients
    return replace(case, test=test, history=read_history(case.folder))


def case_record(case: Case) -> dict[str, Any]:
    """The line of the journal that adds a case."""
    return {
        "kind": CASE, "id": case.id, "patient": case.patient, "region": case.region,
        "site": case.site, "weighting": case.weighting, "columns": case.columns,
        "image": case.image.to_dict(), "time": now(), **({"person": case.person} if case.person else {}),
    }  # fmt: skip


def _tell(cases: dict[str, Case], dataset: Dataset, record: dict[str, Any]) -> None:
    kind, name = record["kind"], str(record["id"])
    if kind == CASE:
        if not _CASE_ID.match(name) or name in cases:
            raise ValueError(f"{name!r} is not an id of a new case")
        cases[name] = Case(
            name, str(record["patient"]), str(record["region"]), str(record["site"]),
            ImageReference.from_dict(record["image"]), dataset.folder, dataset.task,
            dataset.question, str(record["weighting"]), columns=dict(record["columns"]),
            added=str(record["time"]), person=Person.from_dict(record.get("person", {})).to_dict(),
        )  # fmt: skip
    elif kind == ASIDE:
        cases[name] = replace(cases[name], set_aside=str(record["reason"]) or "no reason given")
    elif kind == TAKEN_BACK:
        cases[name] = replace(cases[name], set_aside="")
    elif kind == MOVED:
        image = replace(cases[name].image, path=str(record["path"]))
        cases[name] = replace(cases[name], image=image)
    else:
        raise ValueError(f"{kind!r} is not a kind of line")


def require_dataset(folder: Path) -> dict[str, Any]:
    """What ``dataset.json`` says.

    Raises:
        BadInput: the folder is no data set, is damaged, or of a newer version.
    """
    path = folder / DATASET
    if not path.is_file():
        raise BadInput(
            f"This is not a data set of the correction loop: there is no {DATASET}",
            file=folder,
            advice="Make one in a new folder.",
            command="spine loop create",
        )
    try:
        data = parse_json(path.read_text(encoding="utf-8"))
        version = data["format"]
        newer = version > FORMAT
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            "The file is not readable", file=path, advice="Restore it from a backup."
        ) from error
    if newer:
        raise BadInput(
            f"This data set has format {version}; this program reads up to {FORMAT}",
            file=path,
            advice="Update SlicerSpineMRI; the data set stays as it is.",
        )
    whole = data.keys() >= {"title", "scheme"} and data.get("task") in TASKS
    if not whole or type(data.get("seed")) is not int:
        raise BadInput(
            "The data set does not say its title, task, scheme and seed",
            file=path,
            advice="Restore the file from a backup.",
        )
    return data


def _asked(data: dict[str, Any], folder: Path) -> Question | None:
    if data["task"] == SEGMENTATION:
        return None
    try:
        return question_of(data["scheme"] or data["task"])
    except BadInput as error:
        raise BadInput(
            f"The data set's question cannot be read: {error.what}", file=folder / DATASET
        ) from error


def _question(scheme: Question | None, model: ModelFolder) -> Question | None:
    own = model.card.question
    if scheme is not None and (own is None or scheme.values != own.values):
        words = f"answers {own.title}" if own else "does not answer a question of slices"
        raise BadInput(f"The model {words}, not {scheme.title}", file=model.path)
    return own


def _named(ids: list[str]) -> str:
    return f"The case {ids[0]} is" if len(ids) == 1 else f"The cases {', '.join(ids[:5])} are"
