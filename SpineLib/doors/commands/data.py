"""The commands about labelled data: ``data``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from SpineLib.doors.commands.schemes import read_scheme
from SpineLib.doors.console import Numbering, Orientation, print_table, progress_bar, say
from SpineLib.errors import BadRequest
from SpineLib.progress import Progress
from SpineLib.wording import count as counted

data = typer.Typer(
    no_args_is_help=True,
    help="Labelled data: look at it, convert it, keep patients for the test. docs/training.md "
    "explains the layouts.",
)

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="A folder, a CSV, or simulated:REGION-DISEASE:PROFILE:COUNT[:SEED].",
    ),
]
Task = Annotated[str, typer.Option(help="compression, grading, segmentation or canal.")]
Scheme = Annotated[
    str, typer.Option(help="Of the grades: Bilsky, Kang, or a JSON file of your own.")
]


@data.command()
def check(
    source: Source, task: Task = "compression", scheme: Scheme = "Bilsky",
    numbering: Numbering = "", orientation: Orientation = "",
) -> None:  # fmt: skip
    """Read labels and count them, or say what does not fit."""
    from collections import Counter

    with progress_bar() as progress:
        stacks = _opened(source, task, scheme, progress, numbering, orientation)
        if task == "segmentation":
            _say_volumes(stacks, progress)
            return
    patients, sites = ({getattr(s, name) for s in stacks} for name in ("patient", "site"))
    of = f"{counted(len(patients), 'patient')} from {counted(len(sites), 'site')}"
    say(f"{counted(len(stacks), 'stack')} of {of}")
    counts = Counter((label.value, label.reader) for s in stacks for label in s.labels)
    rows = [[value, reader, str(count)] for (value, reader), count in sorted(counts.items())]
    print_table(("label", "reader", "slices"), rows)


@data.command("to-jpeg")
def to_jpeg(
    source: Source,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for the pictures.")],
) -> None:
    """Write slices as compressed.N.jpeg, notcompressed.N.jpeg and pcompressed.N.jpeg."""
    from SpineLib.datasets.jpeg import write_jpegs
    from SpineLib.datasets.open_slices import open_slices

    with progress_bar() as progress:
        count = write_jpegs(open_slices(source, progress=progress), out, progress=progress)
    say(f"{count} pictures are in {out}")


@data.command("freeze-test")
def freeze_test(
    source: Source,
    out: Annotated[Path, typer.Argument(metavar="FILE", help="JSON to be made.")],
    share: Annotated[
        float, typer.Option(help="Share of the patients; 1 keeps all.", min=0.01, max=1.0)
    ] = 0.3,
    seed: Annotated[int, typer.Option(help="Another number picks other patients.", min=0)] = 0,
    task: Task = "compression",
    scheme: Scheme = "Bilsky",
    numbering: Numbering = "",
    orientation: Orientation = "",
) -> None:
    """Set patients aside for the test, once and for all; every run's record then names the file."""
    from SpineLib.datasets.split import freeze_test as freeze
    from SpineLib.datasets.split import key_file, split_by_patient
    from SpineLib.store.patients import new_secret

    with progress_bar() as progress:
        stacks = _opened(source, task, scheme, progress, numbering, orientation)
    kept = stacks if share == 1 else split_by_patient(stacks, share=share, seed=seed)[1]
    before = out.exists() and not key_file(out).exists()  # frozen before there were secrets
    secret = b"" if before else new_secret(out.parent, key_file(out).name)
    frozen = freeze(out, kept, secret=secret)
    say(f"Kept for the test in {out}: {counted(len(frozen.patients), 'patient')}")
    say(f"SHA-256 of the set: {frozen.sha256}")


@data.command()
def imagenet(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="The file, where there is no network here."),
    ] = None,
) -> None:
    """Get ImageNet's weights of ResNet-50, checked by their SHA-256, for the published recipes."""
    from SpineLib.training.imagenet import get_weights

    with progress_bar() as progress:
        kept = get_weights(file, progress=progress)
    say(f"The weights are in {kept}")


def _opened(
    source: str, task: str, scheme: str, progress: Progress, numbering: str, orientation: str
) -> list[Any]:
    from SpineLib.datasets.open_slices import open_slices
    from SpineLib.datasets.open_volumes import open_canals, open_volumes

    of_files: dict[str, Any] = {"numbering": numbering, "orientation": orientation}
    if task == "segmentation":
        return open_volumes(source, **of_files, progress=progress)
    if task == "canal":
        return open_canals(source, **of_files, progress=progress)
    if task not in ("compression", "grading"):
        raise BadRequest(
            f"There is no task {task}", advice="Use compression, grading, segmentation or canal."
        )
    return open_slices(source, task=task, scheme=read_scheme(scheme), progress=progress)


def _say_volumes(volumes: list[Any], progress: Progress) -> None:
    """Opens every volume, so that a mask that does not fit is found here and not in training."""
    from collections import Counter

    import numpy as np

    from SpineLib.labels import structure

    counts: Counter[str] = Counter()
    for volume in progress.track(volumes, "Reading labelled volumes"):
        _, mask = volume.open()
        structures = [structure(int(n)) for n in np.unique(mask.voxels) if n]
        counts.update({f"partial {s.kind}" if s.partial else s.kind for s in structures})
    patients = counted(len({v.patient for v in volumes}), "patient")
    say(f"{counted(len(volumes), 'volume')} of {patients}")
    print_table(("structure", "volumes"), [[name, str(n)] for name, n in sorted(counts.items())])
