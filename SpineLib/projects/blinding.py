"""Who may see whose labels and the model's answers, and when."""

from __future__ import annotations

from SpineLib.errors import BadInput, BadRequest
from SpineLib.projects.labels import (
    UNASSISTED,
    UNBLIND,
    read_labels,
    unblinded_at,
)
from SpineLib.projects.project import ALL_LOCKS, EVENTS, SOFTWARE, Project
from SpineLib.store.journal import append, read_journal, require_whole
from SpineLib.store.lock import holding
from SpineLib.times import now


class Blinded(BadInput):
    """Something was asked for that the person may not see yet."""


def open_sets(project: Project) -> list[str]:
    """Readers who have neither locked their own set nor were unblinded."""
    return [
        name
        for name in project.readers
        if UNASSISTED not in read_labels(project, name).locks and not unblinded_at(project, name)
    ]


def require_seen_by(project: Project, reader: str) -> None:
    """Refuses what a reader may not see yet: others' labels, the model's answers, the consensus.

    Raises:
        Blinded: the reader's own set is still open, or another one where the project says that all
            must be locked.
    """
    still = open_sets(project)
    if reader in still or reader not in project.readers:
        raise Blinded(
            f"{reader} has not locked a set of labels, so nobody else's may be seen",
            advice="Lock it first.",
            command=f"spine project lock {project.folder} {reader}",
        )
    if still and project.visible_after == ALL_LOCKS:
        raise _still(still, "this project shows labels only when all sets are locked")


def require_over(project: Project) -> None:
    """Refuses what shows labels to no reader in particular: agreement, consensus, export.

    Raises:
        Blinded: a reader's set is still open.
        BadInput: nobody has labelled anything.
    """
    if not project.readers:
        raise BadInput("Nobody has labelled anything yet", file=project.folder)
    still = open_sets(project)
    if still:
        raise _still(still, "labels are shown when every set is locked")


def unblind(project: Project, *, who: str, why: str, readers: list[str] | None = None) -> list[str]:
    """Opens sets before they were locked; they are closed for good, and who did it is recorded.

    Args:
        who, why: the person and the reason.
        readers: whose sets; all open ones if None.

    Returns:
        Whose sets were opened.

    Raises:
        BadRequest: nobody or no reason is named.
        BadInput: there is no such reader, or no open set.
    """
    if not who.strip() or not why.strip():
        raise BadRequest("Unblinding needs who did it and why")
    still = open_sets(project)
    chosen = still if readers is None else list(readers)
    for name in chosen:
        if name not in still:
            raise BadInput(f"{name} has no open set", advice=f"Open are: {', '.join(still)}.")
    if not chosen:
        raise BadInput("Every set is locked already; nothing is blinded any more")
    path = project.folder / EVENTS
    with holding(path):
        append(path, {
            "kind": UNBLIND, "who": who, "why": why, "readers": chosen, "time": now(),
            "software": SOFTWARE,
        })  # fmt: skip
    return chosen


def unblindings(project: Project) -> list[dict[str, object]]:
    """Every unblinding as it was recorded: who, why, readers, time."""
    path = project.folder / EVENTS
    journal = read_journal(path)
    require_whole(journal, path)
    return [line.record for line in journal.lines if line.record.get("kind") == UNBLIND]


def _still(names: list[str], rule: str) -> Blinded:
    return Blinded(
        f"{', '.join(names)} {'has' if len(names) == 1 else 'have'} not locked their set, and {rule}",
        advice="Wait, or have them unblinded, with who did it and why.",
        command="spine project unblind PROJECT --who --why",
    )
