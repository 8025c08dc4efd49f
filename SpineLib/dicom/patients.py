"""Whose each study is, where Patient IDs lie: two people are never one, and one is not two."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from SpineLib.dicom.grouping import lone_together, protocol
from SpineLib.dicom.header import FrameHeader, ObjectHeader
from SpineLib.dicom.people import NO_PERSON, Person, hashed
from SpineLib.dicom.stack import Stack
from SpineLib.dicom.stacking import blocks

SHARED_ID = (
    "One Patient ID stands for {count} people, told apart by name, birth date, sex or issuer; each is "
    "read on its own"
)
_CHANGES = (
    "The Patient ID changes within the study ({count} IDs); its images were read as one patient's, "
    "because {reason}"
)
_SAME_NAME = "name and birth date do not"
_ONE_SERIES = "together they make one series"
_STUDY_EACH = (
    "Each of the {count} slices claimed a study of its own; they were read as one by geometry, "
    "protocol and time"
)


def person_of(stacks: Iterable[Stack]) -> Person:
    """Who the stacks of one patient say that they are: the one who is told most of."""
    persons = {frame.source.person for stack in stacks for frame in stack.frames}
    by_detail = sorted(persons, key=lambda p: (bool(p.birth), len(p.words), _digest(p)))
    return by_detail[-1] if by_detail else NO_PERSON


@dataclass(frozen=True)
class StudyFrames:
    """The frames of one patient's study.

    Attributes:
        uid: Study Instance UID.
        patient: hash of the patient; empty where nothing tells whose it is.
        warnings: where the header had to be corrected.
    """

    uid: str
    patient: str
    frames: list[FrameHeader]
    warnings: tuple[str, ...] = ()


def by_study(frames: Iterable[FrameHeader]) -> tuple[list[StudyFrames], list[str]]:
    """Frames by study and patient, and what a reader must know of the patients.

    Args:
        frames: of one scan.

    Returns:
        The studies in the order of their UID and patient, and warnings of the whole scan.
    """
    files: dict[ObjectHeader, list[FrameHeader]] = defaultdict(list)
    for frame in frames:
        files[frame.source].append(frame)
    owners, warnings = _owners(files)
    by_patient = []
    studies: dict[str, list[ObjectHeader]] = defaultdict(list)
    for source in files:
        studies[source.study_instance_uid].append(source)
    for uid, sources in studies.items():
        reasons = _unite(sources, owners, files) if uid else {}
        by_owner: dict[str, list[ObjectHeader]] = defaultdict(list)
        for source in sources:
            by_owner[owners[source]].append(source)
        for owner, own in by_owner.items():
            warning = (reasons[owner],) if owner in reasons else ()
            by_patient.append(StudyFrames(uid, owner, [f for s in own for f in files[s]], warning))
    return sorted(_without_lone(by_patient), key=lambda study: (study.uid, study.patient)), warnings


def _owners(files: Iterable[ObjectHeader]) -> tuple[dict[ObjectHeader, str], list[str]]:
    """The patient of each file: by the ID, and by name and birth date where people share one."""
    by_id: dict[str, list[ObjectHeader]] = defaultdict(list)
    for source in files:
        by_id[source.patient_hash].append(source)
    owners: dict[ObjectHeader, str] = {}
    warnings = []
    for patient, sources in by_id.items():
        people = people_in({source.person for source in sources}) if patient else []
        for source in sources:
            owners[source] = patient
            if len(people) > 1:
                owners[source] = hashed(f"{patient}\0{_who(source.person, people)}")
        if len(people) > 1:
            warnings.append(SHARED_ID.format(count=len(people)))
    return owners, warnings


def people_in(persons: Iterable[Person]) -> list[list[Person]]:
    """What headers say of persons, grouped so that no two of a group are certainly two people.

    What says nothing of a person is in no group.
    """
    groups: list[list[Person]] = []
    telling = [person for person in persons if person.tells]
    # Those who say most first, so that a name alone joins the one whom it fits.
    for person in sorted(telling, key=lambda p: (not p.birth, -len(p.words), _digest(p))):
        fitting = [g for g in groups if not any(person.is_another(other) for other in g)]
        if fitting:
            fitting[0].append(person)
        else:
            groups.append([person])
    return groups


def _who(person: Person, people: list[list[Person]]) -> str:
    for group in people:
        if person in group:
            return min(map(_digest, group))
    return ""


def _digest(person: Person) -> str:
    """Tells people apart who share a Patient ID; those without name and birth date come last."""
    return person.digest or f"~{person.issuer}{person.sex}"


def _unite(
    sources: list[ObjectHeader],
    owners: dict[ObjectHeader, str],
    files: dict[ObjectHeader, list[FrameHeader]],
) -> dict[str, str]:
    """Gives the files of one study to one owner where the Patient ID changed; says why, by owner."""
    counts = Counter(owners[source] for source in sources)
    if len(counts) < 2:
        return {}
    pairs = {**_of_one_series(sources, owners, files), **_of_one_name(sources, owners)}
    united = {owner: {owner} for owner in counts}
    reasons: dict[str, str] = {}
    for (first, second), reason in pairs.items():
        if united[first] is not united[second]:
            both = united[first] | united[second]
            for owner in both:
                united[owner] = both
        reasons[first] = reasons[second] = reason
    warnings = {}
    for source in sources:
        group = united[owners[source]]
        if len(group) > 1:
            reason = reasons[owners[source]]
            owners[source] = min(group, key=lambda o: (-counts[o], o))
            warnings[owners[source]] = _CHANGES.format(count=len(group), reason=reason)
    return warnings


def _of_one_name(
    sources: list[ObjectHeader], owners: dict[ObjectHeader, str]
) -> dict[tuple[str, str], str]:
    """Pairs of owners in whose files the person is the same."""
    persons: dict[str, set[Person]] = defaultdict(set)
    for source in sources:
        persons[owners[source]].add(source.person)
    names = sorted(persons)
    return {
        (first, second): _SAME_NAME
        for n, first in enumerate(names)
        for second in names[n + 1 :]
        if any(a.is_same(b) for a in persons[first] for b in persons[second])
        and not _are_others(persons[first] | persons[second])
    }


def _of_one_series(
    sources: list[ObjectHeader],
    owners: dict[ObjectHeader, str],
    files: dict[ObjectHeader, list[FrameHeader]],
) -> dict[tuple[str, str], str]:
    """Pairs of owners whose slices make one stack of one series, and no place twice."""
    series: dict[str, list[FrameHeader]] = defaultdict(list)
    for source in sources:
        if source.series_instance_uid:
            series[source.series_instance_uid] += files[source]
    pairs = {}
    for frames in series.values():
        there = {owners[frame.source] for frame in frames}
        places = {(frame.position, frame.orientation) for frame in frames}
        if len(there) < 2 or len(places) < len(frames) or not protocol(frames[0]):
            continue
        for block in blocks(frames):
            own = sorted({owners[frame.source] for frame in block.frames})
            persons = {frame.source.person for frame in block.frames}
            alike = len({protocol(frame) for frame in block.frames}) == 1
            if not block.problem and alike and not _are_others(persons):
                pairs.update({(own[0], other): _ONE_SERIES for other in own[1:]})
    return pairs


def _are_others(persons: Iterable[Person]) -> bool:
    known = list(persons)
    return any(a.is_another(b) for n, a in enumerate(known) for b in known[n + 1 :])


def _without_lone(studies: list[StudyFrames]) -> list[StudyFrames]:
    """Puts slices together of which each named a study of its own."""
    kept = [study for study in studies if len(study.frames) > 1 or not study.patient]
    lone: dict[str, list[StudyFrames]] = defaultdict(list)
    for study in studies:
        if len(study.frames) == 1 and study.patient:
            lone[study.patient].append(study)
    for patient, own in lone.items():
        together, alone = lone_together([study.frames[0] for study in own], least=3)
        for frames in together:
            uid = min(frame.source.study_instance_uid for frame in frames)
            warning = _STUDY_EACH.format(count=len(frames))
            kept.append(StudyFrames(uid, patient, _in_study(frames, uid), (warning,)))
        left = {id(frame) for frame in alone}
        kept += [study for study in own if id(study.frames[0]) in left]
    return kept


def _in_study(frames: list[FrameHeader], uid: str) -> list[FrameHeader]:
    return [replace(f, source=replace(f.source, study_instance_uid=uid)) for f in frames]
