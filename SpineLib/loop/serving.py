"""What a worker does for the correction loop, while the reader goes on.

Every command's ``dataset``, ``run`` and ``comparison`` are folders.

- ``loop-finetune``: ``dataset`` (a new one is prepared; ``replay``, ``changes``), or ``run`` (goes on
  with one), and ``device``, ``workers``, ``minutes``; the result is ``run``, ``state``, ``step``,
  ``steps``, and ``model`` (folder; None where it is not done);
- ``loop-take``: ``dataset``, ``run``; the result is the candidate's id, ``model``;
- ``loop-compare``: ``dataset``, ``candidate`` (id), ``against``, ``margins``, ``device``; the result
  is ``comparison``, ``page``, ``worse``, ``cannot``, ``changes``;
- ``loop-promote``: ``dataset``, ``comparison``, ``by``, ``reason``; the result is ``model``;
- ``loop-back``: ``dataset``, ``model`` (id), ``by``, ``reason``; the result is ``model``;
- ``loop-curve``: ``dataset``; the result is ``files``: CSV, SVG and PNG.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from SpineLib.errors import BadRequest
from SpineLib.progress import Progress

Arguments = dict[str, Any]
# Seconds to wait for the reader's program, which holds the data set only while it writes.
_WAIT = 30.0


def _score(arguments: Arguments, progress: Progress) -> dict[str, Any]:
    from SpineLib.loop.scoring import score

    done = score(
        _path(arguments, "dataset"),
        arguments.get("cases"),
        model=arguments.get("model", ""),
        device=arguments.get("device", "auto"),
        progress=progress,
    )
    return {"scored": len(done.scored), "skipped": done.skipped, "failed": done.failed}


def _finetune(arguments: Arguments, progress: Progress) -> dict[str, Any]:
    from SpineLib.loop.dataset import open_dataset
    from SpineLib.loop.finetune import carry_out, prepare

    if arguments.get("run"):
        folder = _path(arguments, "run")
    else:
        dataset = open_dataset(_path(arguments, "dataset"))
        replay, changes = arguments.get("replay") or (), arguments.get("changes")
        folder = prepare(dataset, replay=replay, changes=changes, progress=progress).folder
    done = carry_out(
        folder,
        device=arguments.get("device", "auto"),
        workers=arguments.get("workers"),
        minutes=arguments.get("minutes"),
        progress=progress,
    )
    model = done.model
    return {
        "run": str(done.folder),
        "state": done.state,
        "step": done.step,
        "steps": done.steps,
        "model": str(model.path) if model else None,
    }


def _take(arguments: Arguments, progress: Progress) -> dict[str, Any]:
    from SpineLib.loop.finetune import take
    from SpineLib.loop.writer import DatasetWriter

    with DatasetWriter(_path(arguments, "dataset"), wait=_WAIT) as writer:
        return {"model": take(writer, _path(arguments, "run")).id}


def _compare(arguments: Arguments, progress: Progress) -> dict[str, Any]:
    from SpineLib.loop.dataset import open_dataset
    from SpineLib.loop.promotion import compare

    found = compare(
        open_dataset(_path(arguments, "dataset")),
        _text(arguments, "candidate"),
        against=arguments.get("against", ""),
        margins=arguments.get("margins"),
        device=arguments.get("device", "auto"),
        progress=progress,
    )
    return {
        "comparison": str(found.folder),
        "page": str(found.page) if found.page.exists() else None,
        "worse": list(found.worse),
        "cannot": found.cannot,
        "changes": found.record["changes"],
    }


def _promote(arguments: Arguments, progress: Progress) -> dict[str, Any]:
    from SpineLib.loop.promotion import open_comparison, promote
    from SpineLib.loop.writer import DatasetWriter

    comparison = open_comparison(_path(arguments, "comparison"))
    with DatasetWriter(_path(arguments, "dataset"), wait=_WAIT) as writer:
        by, reason = arguments.get("by", ""), arguments.get("reason", "")
        return {"model": promote(writer, comparison, by=by, reason=reason).id}


def _back(arguments: Arguments, progress: Progress) -> dict[str, Any]:
    from SpineLib.loop.promotion import back
    from SpineLib.loop.writer import DatasetWriter

    with DatasetWriter(_path(arguments, "dataset"), wait=_WAIT) as writer:
        model, by = _text(arguments, "model"), arguments.get("by", "")
        return {"model": back(writer, model, by=by, reason=arguments.get("reason", "")).id}


def _curve(arguments: Arguments, progress: Progress) -> dict[str, Any]:
    from dataclasses import asdict

    from SpineLib.loop.curve import points, write_curve
    from SpineLib.loop.dataset import open_dataset

    dataset = open_dataset(_path(arguments, "dataset"))
    files = write_curve(dataset)
    return {
        "files": [str(file) for file in files],
        "points": [asdict(point) for point in points(dataset)],
    }


def _add(arguments: Arguments, progress: Progress) -> dict[str, Any]:
    """Adds each image of ``source`` as it is read, so that a cancel keeps what was added."""
    from SpineLib.loop.dataset import open_dataset
    from SpineLib.loop.refusals import AlreadyThere
    from SpineLib.loop.sources import LeftOut, Wanted, about, arrivals
    from SpineLib.loop.writer import DatasetWriter

    folder, by = _path(arguments, "dataset"), arguments.get("by", "")
    dataset = open_dataset(folder)
    wanted = Wanted(
        dataset.current.folder.card, dataset.task, dataset.question,
        arguments.get("region") or "unknown", arguments.get("weighting") or "unknown",
        images_only=bool(arguments.get("images_only")), secret=dataset.secret,
    )  # fmt: skip
    added: list[str] = []
    left: list[str] = []
    for one in arrivals(_text(arguments, "source"), wanted, progress=progress):
        if isinstance(one, LeftOut):
            left.append(one.reason)
            continue
        try:
            with DatasetWriter(folder, wait=_WAIT) as writer:
                added.append(writer.add(one.image, by=by or one.by, **about(one)).id)
        except AlreadyThere as error:
            left.append(error.reason)
    return {"added": added, "left_out": left}


COMMANDS: dict[str, Callable[[Arguments, Progress], dict[str, Any]]] = {
    "loop-score": _score,
    "loop-finetune": _finetune,
    "loop-take": _take,
    "loop-compare": _compare,
    "loop-promote": _promote,
    "loop-back": _back,
    "loop-curve": _curve,
    "loop-add": _add,
}


def _path(arguments: Arguments, key: str) -> Path:
    return Path(_text(arguments, key))


def _text(arguments: Arguments, key: str) -> str:
    value = arguments.get(key)
    if not isinstance(value, str) or not value:
        raise BadRequest(f"The argument {key} is missing")
    return value
