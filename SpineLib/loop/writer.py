"""Writing to a data set: one program at a time, nothing overwritten, each line on the disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from SpineLib.dicom.people import NO_PERSON, Person, told_apart
from SpineLib.errors import BadInput, BadRequest
from SpineLib.loop import frozen as freezing
from SpineLib.loop import images, lineage
from SpineLib.loop.answers import (
    TABLE,
    VOXELS,
    Answer,
    checked,
    write_answer,
)
from SpineLib.loop.cases import CASES, Case
from SpineLib.loop.corrections import compared
from SpineLib.loop.dataset import (
    ASIDE,
    FREEZE,
    JOURNAL,
    MOVED,
    TAKEN_BACK,
    Dataset,
    case_record,
    fresh,
    open_dataset,
    require_dataset,
)
from SpineLib.loop.frozen import Frozen
from SpineLib.loop.images import ImageChanged, ImageReference
from SpineLib.loop.lineage import LoopModel
from SpineLib.loop.opening import held, repaired
from SpineLib.loop.refusals import AlreadyThere, NotAccepted, require_current, require_used
from SpineLib.loop.versions import (
    APPROVAL,
    APPROVED,
    AUTOMATIC,
    CHOICE,
    CORRECTED,
    MADE,
    NEW,
    VERSION,
    VERSIONS,
    Version,
)
from SpineLib.models.folder import ModelFolder, sha256
from SpineLib.progress import Progress
from SpineLib.store.journal import append, repair
from SpineLib.times import now
from SpineLib.volume import Volume


class DatasetWriter:
    """A data set, open for writing; every method returns when what it did is on the disk.

    Hold it for as short as a write takes: a reader in Slicer and a computing worker then take
    turns. Whoever opens it repairs what a killed program left (`notes` says what).

    Args:
        folder: of the data set.
        wait: seconds to wait for another program that writes.

    Raises:
        BadInput: as `open_dataset`, or another program is writing.

    Attributes:
        dataset: as it is after the last write.
        notes: sentences on what was repaired.

    Example:
        >>> with DatasetWriter("lumbar") as writer:  # doctest: +SKIP
        ...     writer.approve("0007", by="anna", minutes=4)
    """

    def __init__(self, folder: str | Path, *, wait: float = 0.0) -> None:
        self.folder = Path(folder)
        require_dataset(self.folder)
        self._stack = ExitStack()
        self._stack.enter_context(held(self.folder, wait))
        try:
            self.dataset: Dataset = open_dataset(folder)
            self.notes: tuple[str, ...] = tuple(repaired(self.dataset))
            if self.notes:
                self.dataset = open_dataset(folder)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> DatasetWriter:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets another program write."""
        self._stack.close()

    def add(
        self,
        image: ImageReference,
        *,
        patient: str,
        region: str = "unknown",
        site: str = "",
        weighting: str = "unknown",
        columns: Mapping[str, str] | None = None,
        labels: Answer | None = None,
        kind: str = CORRECTED,
        by: str = "",
        person: Person = NO_PERSON,
    ) -> Case:
        """Adds a case; of a test patient it is a test case.

        Labels of an image that is a case already, of which no reader has said anything, join it.

        Args:
            image: from `SpineLib.loop.images`.
            patient: hash of the patient's identity.
            labels: that somebody gave elsewhere.
            kind: what these labels are: ``corrected`` or ``approved``.
            by: who gave them.
            person: what tells the patient from another one of the same ID, keyed as the hash is.

        Raises:
            BadInput: the same image is there already, or the labels do not fit.
        """
        if not patient:
            raise BadRequest("A case needs its patient", advice="Splits go by patient.")
        if labels is not None and not by.strip():
            raise BadRequest("Labels need the name of who gave them")
        others = self.dataset.cases.values()
        met = [(other.patient, Person.from_dict(other.person)) for other in others]
        patient = told_apart(patient, person, met)
        for other in others:
            if other.image.sha256 != image.sha256:
                continue
            untouched = other.state in (NEW, AUTOMATIC) and not other.set_aside
            joins = untouched and other.patient == patient
            if labels is not None and joins:
                return self._labelled(other, self._checked(other, labels), kind, by)
            raise AlreadyThere(other, image, patient)
        name = self._next_case()
        folder = self.folder / CASES / name
        case = Case(
            name, patient, region, site, image, self.folder, self.dataset.task,
            self.dataset.question, weighting, columns=dict(columns or {}), person=person.to_dict(),
        )  # fmt: skip
        answer = None if labels is None else self._checked(case, labels)
        case = replace(case, image=images.keep(image, folder, self.folder))
        append(self.folder / JOURNAL, case_record(case))
        self._refresh(case)
        case = self.dataset.cases[name]
        return case if answer is None else self._labelled(case, answer, kind, by)

    def add_version(
        self,
        case: Case | str,
        answer: Answer,
        *,
        kind: str,
        by: str = "",
        minutes: float = 0.0,
        model: str = "",
        base: int | None = None,
        seen: int | None = None,
        resampled: bool = False,
        lowest: str = "",
    ) -> Version:
        """Keeps one more answer; those before it stay.

        Args:
            case: or its id.
            answer: a label map in SPIDER's numbers, or labels of slices.
            kind: ``automatic`` or ``corrected``.
            by: who corrected it.
            minutes: that it took.
            model: id of the model that made it.
            base: the version that the correction began with, 0 for none; the chosen one if None.
            seen: the version that counted when the person looked last, 0 for none; None does not
                ask.
            resampled: take the nearest voxel of another grid, as the person asked.
            lowest: name of vertebra 1, from a model; a correction has that of its base as long as
                vertebra 1 is still the same body.

        Raises:
            BadInput: another grid, unknown labels (listed), an empty name, or a correction of a
                case that is set aside.
            Overtaken: a reader has let another version than ``seen`` count since.
            OutputError: the disk is full; the case is then as it was.
        """
        case = self._case(case)
        if kind not in MADE:
            raise BadRequest(f"{kind!r} is not a kind of version", advice=f"Use {', '.join(MADE)}.")
        if kind == CORRECTED and not by.strip():
            raise BadRequest("A correction needs the reader's name")
        if minutes < 0:
            raise BadRequest("Minutes cannot be negative")
        if kind == CORRECTED:
            require_used(case)
        require_current(case, seen)
        answer = self._checked(case, answer, resampled=resampled)
        before = case.chosen if base is None else case.version(base) if base else None
        number = len(case.versions) + 1
        file = f"{number:04d}-{kind}{VOXELS if isinstance(answer, Volume) else TABLE}"
        path = case.folder / file
        changed, overlap = 0, dict[str, float]()
        if kind == CORRECTED:
            changed, overlap, lowest = compared(case, answer, before)
        write_answer(answer, path, case.grid)
        record = Version(
            number, kind, file, sha256(path), by, now(), float(minutes), model,
            None if before is None else before.number, changed, overlap, lowest,
        )  # fmt: skip
        kept = {k: v for k, v in asdict(record).items() if not k.startswith("approved")}
        if not lowest:
            del kept["lowest"]  # a program of before it was kept then reads the line
        try:
            self._tell(case, {"kind": VERSION, "version": kept})
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise
        return self.dataset.cases[case.id].versions[-1]

    def choose(self, case: Case | str, number: int, *, by: str, seen: int | None = None) -> Version:
        """Makes another version the one that counts: an undo, or a redo.

        Raises:
            BadInput: there is no such version.
            Overtaken: as of `add_version`.
        """
        case = self._case(case)
        case.version(number)
        require_current(case, seen)
        self._tell(case, {"kind": CHOICE, "number": number, "by": by})
        return self.dataset.cases[case.id].version(number)

    def approve(
        self,
        case: Case | str,
        *,
        by: str,
        minutes: float = 0.0,
        anyway: bool = False,
        seen: int | None = None,
    ) -> Version:
        """Approves the version that counts, after the checks.

        Args:
            case: or its id.
            by: who approves.
            minutes: that it took.
            anyway: although serious problems were found, as the person said.
            seen: as of `add_version`.

        Raises:
            NotAccepted: serious problems, each with its place.
            BadInput: the case has no answer, or is set aside.
            Overtaken: as of `add_version`.
        """
        from SpineLib.loop.checks import problems_of  # SciPy takes a second to import

        case = self._case(case)
        require_used(case)
        require_current(case, seen)
        if not by.strip():
            raise BadRequest("An approval needs the reader's name")
        if case.chosen is None:
            raise BadInput(f"The case {case.id} has no answer yet")
        problems = problems_of(case.grid, case.open_answer(), question=case.question)
        if not anyway and any(problem.serious for problem in problems):
            raise NotAccepted(case, problems)
        record: dict[str, Any] = {"kind": APPROVAL, "number": case.chosen.number, "by": by}
        if problems:
            record["problems"] = [problem.to_dict() for problem in problems]
        self._tell(case, {**record, "minutes": float(minutes)})
        return self.dataset.cases[case.id].version(case.chosen.number)

    def set_aside(self, case: Case | str, reason: str, *, by: str) -> None:
        """Uses a case no longer, and says why; nothing of it is removed."""
        case = replace(self._case(case), set_aside=reason or "no reason given")
        self._note(case, ASIDE, reason=reason, by=by)

    def take_back(self, case: Case | str, *, by: str) -> None:
        """Uses a case again that was set aside."""
        self._note(replace(self._case(case), set_aside=""), TAKEN_BACK, by=by)

    def open_image(self, case: Case | str) -> Volume:
        """Reads a case's image; one that changed on the disk sets the case aside.

        Raises:
            ImageChanged: it did.
            ImageMissing: it is no longer there.
        """
        case = self._case(case)
        try:
            return case.open_image()
        except ImageChanged as error:
            if not case.set_aside:
                self.set_aside(case, error.what, by="")
            raise

    def move(self, case: Case | str, image: ImageReference) -> None:
        """Records where a case's image is now (`SpineLib.loop.relinking.found_again`)."""
        case = self._case(case)
        images.keep_slices(image, case.folder)
        path = images.inside(Path(image.path), self.folder)
        self._note(replace(case, image=replace(case.image, path=path)), MOVED, path=path)

    def verify(self, *, progress: Progress | None = None) -> list[Case]:
        """Reads every image and every version, and sets cases aside whose image changed.

        Returns:
            The cases that were set aside.

        Raises:
            BadInput: a version was changed or removed, or an image is no longer there; with the
                case. Nothing stands for it, so a person must bring it back.
        """
        progress, changed = progress or Progress(), []
        for case in progress.track(list(self.dataset.cases.values()), "Reading cases"):
            for version in case.versions:
                case.open_answer(version)
            if case.set_aside:
                continue
            try:
                self.open_image(case)
            except ImageChanged:
                changed.append(self.dataset.cases[case.id])
        return changed

    def freeze(
        self, share: float = 0.2, *, patients: Iterable[str] | None = None, by: str = ""
    ) -> Frozen:
        """Keeps patients for the test, once and for all.

        Args:
            share: of the patients, drawn from each region and scanner with the data set's seed.
            patients: these ones instead (their hashes).
            by: who chose.

        Raises:
            BadInput: a test is frozen already, a model was fine-tuned here before, too few
                patients, or one that is in no case.
        """
        if self.dataset.frozen is not None:
            raise BadInput(
                f"The test is frozen already, with {len(self.dataset.frozen.patients)} patients",
                file=self.folder / freezing.FROZEN,
                advice="It stays as it is; for another test make another data set.",
            )
        if len(self.dataset.models) > 1:
            raise BadInput("A model was fine-tuned here already, so it is too late for a test")
        cases = list(self.dataset.cases.values())
        chosen = freezing.choose(self.folder, cases, share, self.dataset.seed, patients)
        strata = freezing.counted(cases, chosen)
        digest = freezing.write(self.folder, chosen, self.dataset.patients_key)
        append(self.folder / JOURNAL, {
            "kind": FREEZE, "sha256": digest, "strata": strata, "share": share,
            "seed": self.dataset.seed, "by": by, "time": now(),
        })  # fmt: skip
        frozen = freezing.read(self.folder, digest, strata)
        known = {name: fresh(case, frozen) for name, case in self.dataset.cases.items()}
        self.dataset = replace(self.dataset, cases=known, frozen=frozen)
        return frozen

    def add_model(self, folder: ModelFolder, *, parent: str) -> LoopModel:
        """Copies a candidate into the data set; it is not in force until it is promoted."""
        self.dataset.lineage.model(parent)
        if folder.card.task != self.dataset.task:
            raise BadInput(f"This model is for {folder.card.task}", file=folder.path)
        model_id = lineage.keep_model(self.folder, folder, parent)
        self._reread_models()
        return self.dataset.lineage.model(model_id)

    def promote(
        self, model_id: str, *, by: str, reason: str = "",
        figures: dict[str, Any] | None = None,
    ) -> LoopModel:  # fmt: skip
        """Puts a model in force."""
        return self._model(lineage.PROMOTED, model_id, by, reason, figures)

    def refuse(
        self, model_id: str, *, by: str = "", reason: str,
        figures: dict[str, Any] | None = None,
    ) -> LoopModel:  # fmt: skip
        """Records that a candidate is not put in force."""
        return self._model(lineage.REFUSED, model_id, by, reason, figures)

    def back(self, model_id: str, *, by: str, reason: str = "") -> LoopModel:
        """Puts an earlier model in force again."""
        return self._model(lineage.BACK, model_id, by, reason, None)

    def _model(
        self, kind: str, model_id: str, by: str, reason: str, figures: dict[str, Any] | None
    ) -> LoopModel:
        self.dataset.lineage.model(model_id).folder.verify()
        lineage.tell(self.folder, kind, model_id, by, reason, figures or {})
        self._reread_models()
        return self.dataset.lineage.model(model_id)

    def _reread_models(self) -> None:
        self.dataset = replace(self.dataset, lineage=lineage.read_lineage(self.folder))

    def _case(self, case: Case | str) -> Case:
        return self.dataset.case(case if isinstance(case, str) else case.id)

    def _labelled(self, case: Case, answer: Answer, kind: str, by: str) -> Case:
        version = self.add_version(case, answer, kind=CORRECTED, by=by)
        if kind == APPROVED:
            self._tell(case, {"kind": APPROVAL, "number": version.number, "by": by})
        return self.dataset.cases[case.id]

    def _next_case(self) -> str:
        """A number that no case has, and no folder that a killed program left."""
        folders = (self.folder / CASES).glob("[0-9]*")
        used = [int(name) for name in self.dataset.cases]
        used += [int(path.name) for path in folders if path.name.isdecimal()]
        return f"{max(used, default=0) + 1:04d}"

    def _checked(self, case: Case, answer: Answer, *, resampled: bool = False) -> Answer:
        return checked(answer, case.grid, case.task, case.question, resampled=resampled)

    def _note(self, case: Case, kind: str, **said: str) -> None:
        """Records what was done with a whole case, which is ``case`` from now on."""
        append(self.folder / JOURNAL, {"kind": kind, "id": case.id, **said, "time": now()})
        self._refresh(case)

    def _tell(self, case: Case, record: dict[str, Any]) -> None:
        repair(case.folder / VERSIONS)
        append(case.folder / VERSIONS, {**record, "time": now()})
        self._refresh(case)

    def _refresh(self, case: Case) -> None:
        cases = {**self.dataset.cases, case.id: fresh(case, self.dataset.frozen)}
        self.dataset = replace(self.dataset, cases=cases)
