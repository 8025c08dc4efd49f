"""The commands of reading projects: ``project``, and ``evaluate readers``."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from SpineLib.doors.commands.schemes import read_scheme
from SpineLib.doors.console import Json, print_json, print_table, progress_bar, say, say_notes
from SpineLib.errors import BadRequest
from SpineLib.questions import KNOWN_QUESTIONS, scheme_data
from SpineLib.times import local_time

if TYPE_CHECKING:
    from SpineLib.projects.session import ReaderSession

project = typer.Typer(
    no_args_is_help=True,
    help="Reading projects: readers label slices blinded, settle what they disagree on, export. "
    "docs/reading-studies.md explains how.",
)

Folder = Annotated[Path, typer.Argument(metavar="PROJECT", help="Folder of the project.")]
Reader = Annotated[str, typer.Argument(metavar="READER", help="Name of the reader.")]
Assisted = Annotated[
    bool, typer.Option("--assisted", help="The second arm: the model's answer is shown.")
]
TakeOver = Annotated[
    bool,
    typer.Option(
        "--take-over", help="Take over a name that the same person used on another machine."
    ),
]


NamedModel = Annotated[
    str, typer.Option("--model", help="Whose answers are meant, where several models answered.")
]


class Order(str, Enum):
    """What is put into random order."""

    studies = "studies"
    slices = "slices"


class Plane(str, Enum):
    """Which stacks are read."""

    axial = "axial"
    sagittal = "sagittal"
    any = "any"


class After(str, Enum):
    """When a reader may see what others and the model said."""

    own_lock = "own lock"
    all_locks = "all locks"


class Format(str, Enum):
    """What `export` writes."""

    training = "training"
    tidy = "tidy"
    layout = "layout"
    voc = "voc"
    jpeg = "jpeg"


class Unsettled(str, Enum):
    """What becomes of slices on which readers disagree."""

    drop = "drop"
    keep = "keep"


@project.command()
def create(
    folder: Folder,
    title: Annotated[str, typer.Option(help="Title, for people.")],
    scheme: Annotated[
        str, typer.Option(help="compression, Bilsky, Kang, or a JSON file of your own.")
    ] = "compression",
    plane: Annotated[Plane, typer.Option(help="Plane of the stacks that are read.")] = Plane.axial,
    weighting: Annotated[str, typer.Option(help="Weighting of the stacks; any takes all.")] = "T2",
    rules: Annotated[str, typer.Option(help="How to read, shown to every reader.")] = "",
    order: Annotated[Order, typer.Option(help="What is in random order.")] = Order.studies,
    repeat: Annotated[
        float, typer.Option(help="Share of each stack's slices that is read twice.", min=0, max=1)
    ] = 0.1,
    visible_after: Annotated[
        After, typer.Option(help="When readers may see others' labels and the model's answers.")
    ] = After.own_lock,
) -> None:
    """Make an empty project."""
    from SpineLib.projects.project import create as create_project

    new = create_project(
        folder, title=title, scheme=scheme_data(read_scheme(scheme)), plane=plane.value, weighting=weighting, rules=rules,
        order=order.value, repeat_share=repeat, visible_after=visible_after.value,
    )  # fmt: skip
    say(f"The project is in {new.folder}; add studies with: spine project add {new.folder} DICOM")


@project.command()
def add(
    folder: Folder,
    dicom: Annotated[Path, typer.Argument(metavar="DICOM", help="Folder of one study or many.")],
) -> None:
    """Add the studies below a folder; their files stay where they are."""
    from SpineLib.dicom.people import shared_ids
    from SpineLib.projects.project import open_project
    from SpineLib.projects.studies import add as add_studies

    before = open_project(folder)
    with progress_bar() as progress:
        after = add_studies(before, dicom, progress=progress)
    new = len(after.studies) - len(before.studies)
    say(f"{new} studies added; the project has {len(list(after.slices()))} slices")
    say_notes(shared_ids(study.patient for study in after.studies))


@project.command()
def relink(
    folder: Folder,
    dicom: Annotated[Path, typer.Argument(metavar="DICOM", help="Where the files are now.")],
) -> None:
    """Find studies whose files have moved, by their UIDs."""
    from SpineLib.projects.project import open_project
    from SpineLib.projects.studies import relink as find_again

    with progress_bar() as progress:
        after, moved = find_again(open_project(folder), dicom, progress=progress)
    say(f"{moved} studies were found again, {len(after.missing())} are still missing")


@project.command()
def status(folder: Folder, as_json: Json = False) -> None:
    """Show how much each reader has left, and what is wrong; shows nobody's labels."""
    from SpineLib.projects.project import open_project
    from SpineLib.projects.status import status_of

    shown = status_of(open_project(folder))
    if as_json:
        print_json(shown)
        return
    say(f"{shown['title']}: {shown['studies']} studies, {shown['slices']} slices")
    rows = [
        [r["reader"], r["arm"], str(r["done"]), str(r["left"]), _minutes(r["seconds"]),
         _minutes(r["seconds_left"]), local_time(r["locked"]) or "open"]
        for r in shown["readers"]
    ]  # fmt: skip
    print_table(("reader", "arm", "done", "left", "time", "time left", "locked"), rows)
    say_notes(shown["notes"])


def _minutes(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds / 60:.1f} min"


@project.command("next")
def next_(
    folder: Folder,
    reader: Reader,
    assisted: Assisted = False,
    take_over: TakeOver = False,
    seed: Annotated[
        int | None,
        typer.Option(help="Seed of a new reader's order; drawn if none is given.", min=0),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show which slice a reader is to label next, and what the labels mean."""
    with _session(folder, reader, assisted, take_over, seed) as session:
        item, count = session.current(), session.progress()
        shown: dict[str, Any] = {"done": count.done, "left": count.left}
        if item is not None:
            stack = session.project.open_stack(item.study, item.stack)
            answer = session.model_answer()
            shown |= {
                "study": item.study.id, "stack": item.stack.id, "slice": item.index + 1,
                "sop_instance_uid": item.slice.sop_instance_uid, "frame": item.slice.frame,
                "file": str(stack.sources[item.index].path), "second_time": item.turn == 2,
                "labels": dict(session.definitions), "rules": session.project.rules,
                "model": session.model,
                "model_says": None if answer is None else answer.verdict,
                "model_forced": bool(answer and answer.forced),
            }  # fmt: skip
    if as_json:
        print_json(shown)
        return
    if item is None:
        say(f"All {count.total} slices are labelled; lock the set: spine project lock")
        return
    say(f"Study {shown['study']}, stack {shown['stack']}, slice {shown['slice']}: {shown['file']}")
    for value, meaning in shown["labels"].items():
        say(f"  {value}: {meaning}")
    if shown["model"]:
        forced = ", forced outside of what it was made for" if shown["model_forced"] else ""
        say(f"{shown['model']} says: {shown['model_says'] or 'nothing; it was not run'}{forced}")
    say(f"{count.done} done, {count.left} left")


@project.command()
def label(
    folder: Folder,
    reader: Reader,
    value: Annotated[str, typer.Argument(metavar="LABEL", help="A label of the project's scheme.")],
    confidence: Annotated[float | None, typer.Option(help="0 to 1.", min=0, max=1)] = None,
    comment: Annotated[str, typer.Option(help="A comment.")] = "",
    assisted: Assisted = False,
    take_over: TakeOver = False,
) -> None:
    """Label the reader's next slice; no time is recorded, as nobody saw when it was shown."""
    with _session(folder, reader, assisted, take_over) as session:
        item = session.current()
        session.label(value, confidence=confidence, comment=comment, timed=False)
        left = session.progress().left
    assert item is not None
    say(f"Study {item.study.id}, slice {item.index + 1}: {value}; {left} left")


@project.command()
def undo(folder: Folder, reader: Reader, assisted: Assisted = False) -> None:
    """Take a reader's last label back; both stay in the file."""
    with _session(folder, reader, assisted) as session:
        item = session.undo()
    say("There is nothing to take back" if item is None
        else f"Study {item.study.id}, slice {item.index + 1} has no label now")  # fmt: skip


@project.command()
def lock(
    folder: Folder,
    reader: Reader,
    assisted: Assisted = False,
    incomplete: Annotated[
        bool, typer.Option("--incomplete", help="Even if slices have no label.")
    ] = False,
) -> None:
    """Close a reader's set for good; from then on others' labels may be seen."""
    with _session(folder, reader, assisted) as session:
        session.lock(incomplete=incomplete)
    say(f"{reader}'s {session.arm} set is locked")


@project.command()
def unblind(
    folder: Folder,
    who: Annotated[str, typer.Option(help="Who unblinds.")],
    why: Annotated[str, typer.Option(help="The reason; it is recorded.")],
    reader: Annotated[
        list[str] | None,
        typer.Option(help="Reader whose set is opened; may repeat. All open ones if none."),
    ] = None,
) -> None:
    """Open sets before they are locked; this closes them for good, and is recorded."""
    from SpineLib.projects.blinding import unblind as open_sets
    from SpineLib.projects.project import open_project

    opened = open_sets(open_project(folder), who=who, why=why, readers=reader)
    say(f"Opened and closed for good: {', '.join(opened)}")


@project.command()
def model(
    folder: Folder,
    answers: Annotated[
        list[Path],
        typer.Argument(metavar="FINDINGS", help="findings.json files, or one predictions.csv."),
    ],
    named: NamedModel = "",
) -> None:
    """Keep a model's answers, for the assisted arm and for `evaluate readers`."""
    from SpineLib.projects.answers import keep_answers
    from SpineLib.projects.project import open_project

    kept = keep_answers(open_project(folder), answers, named)
    starter = " (starter)" if kept.starter else ""
    say(f"{len(kept.answers)} answers of {kept.model}{starter}; blinded readers are not shown them")


@project.command()
def consensus(
    folder: Folder,
    slice: Annotated[str, typer.Option(help="SOP Instance UID of the slice to settle.")] = "",
    frame: Annotated[int, typer.Option(help="Frame of a multi-frame object.", min=1)] = 1,
    label: Annotated[str, typer.Option(help="The label that was settled.")] = "",
    note: Annotated[
        str | None,
        typer.Option(help="Note on the discussion; without it an earlier one is kept."),
    ] = None,
    present: Annotated[list[str] | None, typer.Option(help="Who was there; may repeat.")] = None,
    as_json: Json = False,
) -> None:
    """Show what readers disagree on, or settle one slice with --slice, --label and --present."""
    from SpineLib.projects.consensus import decide, disagreements
    from SpineLib.projects.project import open_project

    opened = open_project(folder)
    if slice or label:
        if not (slice and label):
            raise BadRequest("Settling needs --slice and --label")
        decide(opened, (slice, frame), label, note=note, present=tuple(present or ()))
        say(f"Settled: {label}")
        return
    rows: list[dict[str, Any]] = [
        {
            "sop_instance_uid": disagreement.slice.sop_instance_uid, "frame": disagreement.slice.frame,
            "study": disagreement.study.id, "slice": disagreement.index + 1,
            "labels": {name: given.value for name, given in disagreement.labels.items()},
            "final": disagreement.final,
        }
        for disagreement in disagreements(opened)
    ]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    left = sum(row["final"] is None for row in rows)
    say(f"{len(rows)} slices on which readers disagree, {left} of them not settled")
    readers = opened.readers
    print_table(
        ("study", "slice", "SOP Instance UID", "frame", *readers, "settled"),
        [[str(r["study"]), str(r["slice"]), str(r["sop_instance_uid"]), str(r["frame"]),
          *(r["labels"].get(name, "") for name in readers), str(r["final"] or "")]
         for r in rows],
    )  # fmt: skip


@project.command()
def export(
    folder: Folder,
    format: Annotated[
        Format, typer.Argument(metavar="FORMAT", help="training, tidy, layout, voc or jpeg.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="New folder; a CSV file for tidy.")],
    unsettled: Annotated[
        Unsettled,
        typer.Option(help="For training: what to do where readers disagree without consensus."),
    ] = Unsettled.drop,
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Links the identities that copied DICOM gets to the old ones; used again, they "
            "stay. Default: OUT.key.json beside OUT. Never pass it on.",
        ),
    ] = None,
    with_identities: Annotated[
        bool, typer.Option("--with-identities", help="Copy DICOM as it is, names and all.")
    ] = False,
) -> None:
    """Write the labels when every set is locked: a data set for `train`, or other formats."""
    from SpineLib.projects import exporting
    from SpineLib.projects.project import open_project

    opened = open_project(folder)
    kept = None if with_identities else key or out.with_name(f"{out.name}.key.json")
    with progress_bar() as progress:
        if format is Format.training:
            table = exporting.write_training(
                opened, out, unsettled=unsettled.value, key=kept, progress=progress
            )
            recipe = "" if opened.scheme.key in KNOWN_QUESTIONS else "--recipe RECIPE.toml "
            done = f"train on it with: spine train {opened.task} {recipe}--data {table} --out RUN"
            done += " (docs/training.md tells how a recipe is given your scheme)" if recipe else ""
        elif format is Format.tidy:
            done = f"{exporting.write_tidy(opened, out)} labels are in {out}"
        elif format is Format.jpeg:
            done = (
                f"{exporting.write_pictures(opened, out, progress=progress)} pictures are in {out}"
            )
        elif format is Format.layout:
            count = exporting.write_layout(opened, out, key=kept, progress=progress)
            done = f"{count} stacks are in {out}"
        else:
            count = exporting.write_voc(opened, out, key=kept, progress=progress)
            done = f"{count} boxes are in {out}"
    say(done[0].upper() + done[1:])
    if format not in (Format.tidy, Format.jpeg):
        say(f"The key is {kept}; keep it apart" if kept
            else "The DICOM still names its patients")  # fmt: skip


@project.command("import")
def import_(
    folder: Folder,
    reader: Reader,
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="Labels, as for `train`.")],
    named: Annotated[str, typer.Option(help="Whose labels, where the source has several.")] = "",
) -> None:
    """Make a reader's set of labels that were given elsewhere."""
    from SpineLib.projects.importing import import_labels
    from SpineLib.projects.project import open_project

    with progress_bar() as progress:
        count = import_labels(open_project(folder), reader, source, named=named, progress=progress)
    say(f"{count} labels are {reader}'s now; lock them: spine project lock {folder} {reader}")


@project.command()
def merge(
    folder: Folder,
    other: Annotated[Path, typer.Argument(metavar="OTHER", help="Another copy of the project.")],
) -> None:
    """Merge what readers did in another copy of the project."""
    from SpineLib.projects.merging import merge as merge_projects
    from SpineLib.projects.project import open_project

    taken = merge_projects(open_project(folder), other)
    say(f"Merged: {', '.join(taken)}" if taken else "There is nothing new in the other copy")


def _session(
    folder: Path,
    reader: str,
    assisted: bool,
    take_over: bool = False,
    seed: int | None = None,
) -> ReaderSession:
    from SpineLib.projects.labels import ASSISTED, UNASSISTED
    from SpineLib.projects.session import ReaderSession

    arm = ASSISTED if assisted else UNASSISTED
    session = ReaderSession(folder, reader, arm=arm, take_over=take_over, seed=seed)
    say_notes(session.notes)
    return session
