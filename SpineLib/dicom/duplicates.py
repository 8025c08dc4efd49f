"""Copies of an image among files: the same pixels at the same place, whatever their numbers say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from SpineLib.dicom.header import CONTRAST_KINDS, FrameHeader, ObjectHeader
from SpineLib.dicom.pixels import is_constant, same_pixels
from SpineLib.dicom.stack import Skipped


def without_duplicates(
    frames: Iterable[FrameHeader],
) -> tuple[list[FrameHeader], list[Skipped]]:
    """Leaves out copies, of each image all but the first.

    A SOP Instance UID alone does not make a copy: anonymisers number anew in each series, and give
    all slices one number. Nor does it take one: a study that was sent twice may have new numbers.
    Files are compared where one place, patient and protocol, or one UID, make it likely. Of a series
    that is in another one whole, under another number, all files are copies.

    Args:
        frames: of one scan; frames of one file follow each other.
    """
    files: dict[ObjectHeader, list[FrameHeader]] = defaultdict(list)
    for frame in frames:
        files[frame.source].append(frame)
    named: dict[tuple[object, ...], list[ObjectHeader]] = defaultdict(list)
    alike: dict[tuple[object, ...], list[ObjectHeader]] = defaultdict(list)
    skipped: dict[ObjectHeader, Skipped] = {}
    for source, own in files.items():
        place = _place(source, own)
        same_name = named[source.sop_instance_uid or source.path, place]
        same_protocol = alike[_protocol(source, own), place]
        first = _first_copy(source, same_name, same_protocol)
        if first is None:
            same_name.append(source)
            same_protocol.append(source)
        else:
            skipped[source] = _copy_of(first, source)
    skipped |= _copied_series({s: own for s, own in files.items() if s not in skipped})
    kept = [frame for source, own in files.items() if source not in skipped for frame in own]
    return kept, list(skipped.values())


def _copied_series(files: Mapping[ObjectHeader, list[FrameHeader]]) -> dict[ObjectHeader, Skipped]:
    """Files of series each of whose images stands in one other series, too; the last ones go."""
    series: dict[tuple[int, str], list[ObjectHeader]] = defaultdict(list)
    there: dict[tuple[object, ...], dict[tuple[int, str], ObjectHeader]] = defaultdict(dict)
    images = {source: _image(source, own) for source, own in files.items()}
    for source, image in images.items():
        named = (source.series_number or 0, source.series_instance_uid)
        series[named].append(source)
        there[image].setdefault(named, source)
    skipped: dict[ObjectHeader, Skipped] = {}
    for named in sorted(series, reverse=True):
        own = series[named]
        others = set.intersection(*(set(there[images[source]]) for source in own)) - {named}
        for other in sorted(others):
            pairs = [(there[images[source]][other], source) for source in own]
            if all(same_pixels(*pair) for pair in pairs) and not all(map(is_constant, own)):
                skipped |= {source: _copy_of(first, source) for first, source in pairs}
                for source in own:
                    there[images[source]].pop(named, None)
                break
    return skipped


def _copy_of(first: ObjectHeader, source: ObjectHeader) -> Skipped:
    reason = f"is a duplicate of {first.path.name} (the same pixels at the same place)"
    return Skipped(source.path, reason)


def _first_copy(
    source: ObjectHeader, same_name: list[ObjectHeader], same_protocol: list[ObjectHeader]
) -> ObjectHeader | None:
    for earlier in same_name:
        if same_pixels(earlier, source):
            return earlier
    # Two black slices of a series that shows the same places again and again are no copies.
    for earlier in same_protocol:
        if earlier not in same_name and same_pixels(earlier, source) and not is_constant(earlier):
            return earlier
    return None


def _place(source: ObjectHeader, frames: list[FrameHeader]) -> tuple[object, ...]:
    return (
        source.patient_hash, source.study_instance_uid, source.rows, source.columns,
        source.number_of_frames,
        tuple((frame.position, frame.orientation, frame.pixel_spacing) for frame in frames),
    )  # fmt: skip


def _protocol(source: ObjectHeader, frames: list[FrameHeader]) -> tuple[object, ...]:
    return (
        source.series_number, source.series_description, source.protocol_name,
        tuple((f.instance, f.thickness, f.between, f.kind, f.physics) for f in frames),
    )  # fmt: skip


def _image(source: ObjectHeader, frames: list[FrameHeader]) -> tuple[object, ...]:
    """What copies under another number have in common: where, and how it was made."""
    acquired = tuple((f.thickness, f.between, f.kind[:CONTRAST_KINDS], f.physics) for f in frames)
    return _place(source, frames), acquired
