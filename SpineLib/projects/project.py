"""A reading project: a folder that can be opened, backed up and put under version control."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from SpineLib import __version__
from SpineLib.datasets.vocabulary import task_of
from SpineLib.dicom import Stack, scan
from SpineLib.dicom.people import Person
from SpineLib.errors import BadInput
from SpineLib.json_values import parse_json
from SpineLib.questions import Question, question_of
from SpineLib.store.files import is_there, write_json, writing_folder
from SpineLib.store.patients import mark_of, new_secret
from SpineLib.times import now

FORMAT = 1
PROJECT, STUDIES, LABELS = "project.json", "studies.json", "labels"
CONSENSUS, EVENTS, ANSWERS = "consensus.jsonl", "events.jsonl", "model/answers.json"
# Which level a slice is at, and nothing of what a model says of it: blinded readers may see it.
LEVELS = "levels.json"
SCHEMA_FILE = Path(__file__).parent / "project.schema.json"
SOFTWARE = f"SlicerSpineMRI {__version__}"
OWN_LOCK, ALL_LOCKS = "own lock", "all locks"
ANY = "any"
# A reader's name is a file's name on every system.
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")
# Words of the tables in which readers stand side by side.
_RESERVED = ("model", "consensus", "final", "truth")

Key = tuple[str, int]


@dataclass(frozen=True)
class ReadingSlice:
    """One slice that is read.

    Attributes:
        sop_instance_uid, frame: which slice; frames count from 1.
    """

    sop_instance_uid: str
    frame: int = 1

    @property
    def key(self) -> Key:
        """(SOP Instance UID, frame)."""
        return self.sop_instance_uid, self.frame


@dataclass(frozen=True)
class ReadingStack:
    """A stack whose slices are read, in the order of its volume's k.

    Attributes:
        id: as a scan of the study's folder named it.
        plane, region, weighting: as in `SpineLib.labels`.
    """

    id: str
    plane: str
    region: str
    weighting: str
    slices: tuple[ReadingSlice, ...]


@dataclass(frozen=True)
class ReadingStudy:
    """One study of a project.

    Attributes:
        id: hash of the Study Instance UID.
        patient: keyed hash of the Patient ID (of the study where there is none); clusters go by it.
        folder: where its DICOM lies; relative to the project where it lies inside of it.
        person: what tells the patient from another one of the same ID, keyed as the hash is;
            empty where nothing does.
    """

    id: str
    patient: str
    folder: str
    stacks: tuple[ReadingStack, ...]
    person: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def slices(self) -> tuple[ReadingSlice, ...]:
        """Of all stacks."""
        return tuple(slice_ for stack in self.stacks for slice_ in stack.slices)


@dataclass(frozen=True)
class Project:
    """What `create` made and `open_project` reads.

    Attributes:
        folder: of the project.
        id: the same in every copy.
        scheme: what readers may say.
        plane, weighting: of the stacks that are read; ``any`` takes all.
        rules: how to read, in words, shown to readers.
        order: ``studies`` (studies in random order, slices as they lie) or ``slices``.
        repeat_share: of each stack's slices, read a second time.
        visible_after: ``own lock`` or ``all locks``: when a reader may see what others and the
            model said.
        patients_key: tells the secret of the patients' hashes (`SpineLib.store.patients`); empty for a
            project that was made before there were secrets.
    """

    folder: Path
    id: str
    title: str
    scheme: Question
    studies: tuple[ReadingStudy, ...] = ()
    plane: str = "axial"
    weighting: str = "T2"
    rules: str = ""
    order: str = "studies"
    repeat_share: float = 0.1
    visible_after: str = OWN_LOCK
    patients_key: str = ""

    @property
    def task(self) -> str:
        """``compression`` or ``grading``, as `SpineLib.datasets` names the labels' task."""
        return task_of(self.scheme)

    @property
    def readers(self) -> list[str]:
        """Names of those who have a file of labels."""
        names = (path.stem for path in (self.folder / LABELS).glob("*.jsonl"))
        return sorted(name for name in names if _NAME.match(name))

    def labels_file(self, reader: str) -> Path:
        """Where a reader's labels are kept.

        Raises:
            BadInput: the name cannot be a file's name.
        """
        if not _NAME.match(reader) or reader.lower() in _RESERVED:
            raise BadInput(
                f"{reader!r} cannot be a reader's name",
                advice="Use letters, digits, - and _, at most 40 of them, and none of "
                f"{', '.join(_RESERVED)}.",
            )
        taken = [name for name in self.readers if name.lower() == reader.lower() and name != reader]
        if taken:
            raise BadInput(
                f"There is a reader {taken[0]} already, which some disks cannot tell from {reader}",
                advice="Choose another name.",
            )
        return self.folder / LABELS / f"{reader}.jsonl"

    def study(self, study_id: str) -> ReadingStudy:
        """The study of this id.

        Raises:
            KeyError: there is none.
        """
        return {study.id: study for study in reversed(self.studies)}[study_id]

    def slices(self) -> Iterator[tuple[ReadingStudy, ReadingStack, ReadingSlice]]:
        """Every slice with its stack and study."""
        for study in self.studies:
            for stack in study.stacks:
                for slice_ in stack.slices:
                    yield study, stack, slice_

    def place(self, study: ReadingStudy) -> Path:
        """The folder of a study's DICOM."""
        return self.folder / study.folder

    def missing(self) -> list[ReadingStudy]:
        """Studies whose folder is no longer where it was."""
        return [study for study in self.studies if not is_there(self.place(study))]

    def open_stack(self, study: ReadingStudy, stack: ReadingStack) -> Stack:
        """The stack as a scan finds it, to be read by `SpineLib.dicom.read`.

        Raises:
            BadInput: the files have moved or changed; `relink` helps.
        """
        folder, keys = self.place(study), [slice_.key for slice_ in stack.slices]
        if is_there(folder):
            for scanned in scan(folder).stacks:
                if keys_of(scanned) == keys:
                    return scanned
        raise BadInput(
            f"The slices of study {study.id} are no longer here",
            file=folder,
            advice="Say where they are.",
            command=f"spine project relink {self.folder} FOLDER",
        )


def create(
    folder: str | Path,
    *,
    title: str,
    scheme: str | dict[str, Any] = "compression",
    **settings: Any,
) -> Project:
    """Makes an empty project.

    Args:
        folder: new or empty.
        title: for the person.
        scheme: ``compression``, ``Bilsky``, ``Kang``, or JSON values of another.
        settings: ``plane``, ``weighting``, ``rules``, ``order``, ``repeat_share``,
            ``visible_after`` of `Project`.

    Raises:
        BadInput: the title is empty, the folder holds something, or a setting is none.
    """
    folder = Path(folder)
    if not title.strip():
        raise BadInput(
            "A reading project needs a title", advice="Give it a title.", command="--title"
        )
    data = {
        "format": FORMAT, "id": uuid.uuid4().hex, "title": title, "scheme": scheme,
        "plane": "axial", "weighting": "T2", "rules": "", "order": "studies",
        "repeat_share": 0.1, "visible_after": OWN_LOCK, **settings, "created": now(),
        "software": SOFTWARE,
    }  # fmt: skip
    _check(data, folder / PROJECT)
    question_of(scheme)
    with writing_folder(folder, new=True) as temporary:
        data["patients_key"] = mark_of(new_secret(temporary))
        write_json(temporary / PROJECT, data)
        write_json(temporary / STUDIES, [])
    return open_project(folder)


def open_project(folder: str | Path) -> Project:
    """Reads a project.

    Raises:
        BadInput: it is none, damaged, or of a newer version.
    """
    folder = Path(folder)
    if not (folder / PROJECT).is_file():
        raise BadInput(
            f"This is not a reading project: there is no {PROJECT}",
            file=folder,
            advice="Make one in a new folder.",
            command="spine project create",
        )
    data = _read_json(folder / PROJECT)
    _check(data, folder / PROJECT)
    kept = {k: v for k, v in data.items() if k not in ("format", "created", "software", "scheme")}
    studies = _read_json(folder / STUDIES)
    try:
        return Project(
            folder, scheme=question_of(data["scheme"]), studies=tuple(map(_study, studies)), **kept
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise BadInput(
            "The project cannot be read", file=folder, advice="Restore both files from a backup."
        ) from error


def write_studies(project: Project) -> None:
    """Writes the list of studies, whole or not at all."""
    write_json(project.folder / STUDIES, [asdict(study) for study in project.studies])


def keys_of(stack: Stack) -> list[Key]:
    """Which slices a stack has, in the order of k."""
    return [(source.sop_instance_uid, source.frame) for source in stack.sources]


def _check(data: Any, file: Path) -> None:
    version = data.get("format") if isinstance(data, dict) else None
    if not isinstance(version, int):
        raise BadInput("This is not a reading project", file=file)
    if version > FORMAT:
        raise BadInput(
            f"This project has format {version}; this program reads up to {FORMAT}",
            file=file,
            advice="Update SlicerSpineMRI; the project stays as it is.",
        )
    try:
        import jsonschema
    except ModuleNotFoundError:  # Slicer's own Python before its set-up; `Project` checks names
        return
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(data))
    if errors:
        worst = jsonschema.exceptions.best_match(errors)
        where = "/".join(str(p) for p in worst.absolute_path) or "the top"
        raise BadInput(f"The project is not valid at {where}: {worst.message}", file=file)


def _study(data: dict[str, Any]) -> ReadingStudy:
    stacks = tuple(
        ReadingStack(**{**s, "slices": tuple(ReadingSlice(**slice_) for slice_ in s["slices"])})
        for s in data["stacks"]
    )
    study = ReadingStudy(**{**data, "stacks": stacks})
    Person.from_dict(study.person)
    texts = [study.id, study.patient, study.folder]
    texts += [text for s in stacks for text in (s.id, s.plane, s.region, s.weighting)]
    texts += [slice_.sop_instance_uid for slice_ in study.slices]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a name of the study is not a text")
    if not all(type(slice_.frame) is int for slice_ in study.slices):
        raise TypeError("the frame of a slice is not a whole number")
    return study


def _read_json(path: Path) -> Any:
    try:
        return parse_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(
            "The file is not readable JSON", file=path, advice="Restore it from a backup."
        ) from error
