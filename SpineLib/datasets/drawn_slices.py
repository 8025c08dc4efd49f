"""Which DICOM slice a box was drawn on, by the name of its picture: exactly one, or a refusal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from SpineLib.dicom import Stack, scan
from SpineLib.errors import BadInput

_MOST_NAMED = 6
Place = tuple[int, int]  # number of the stack, slice k


class DrawnSlices:
    """The slices of a patient's folder, by the names of their files and by SOP Instance UID.

    Args:
        folder: of the patient; need not hold DICOM.

    Attributes:
        stacks: in the order of the scan, those that cannot be read too.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.stacks: tuple[Stack, ...] = ()
        self._of_file: dict[Path, list[Place]] = defaultdict(list)
        self._of_uid: dict[str, list[Place]] = defaultdict(list)
        self._named: dict[str, list[Path]] = defaultdict(list)
        self._unread: dict[Path, str] = {}
        try:
            scanned = scan(folder)
        except BadInput:  # no DICOM in it: the boxes were drawn on pictures
            return
        self.stacks = scanned.stacks
        for n, stack in enumerate(self.stacks):
            for k, source in enumerate(stack.sources):
                self._of_file[source.path.resolve()].append((n, k))
                self._of_uid[source.sop_instance_uid].append((n, k))
        for skipped in scanned.skipped:
            if not skipped.other:
                self._unread[skipped.file.resolve()] = skipped.reason
        for path in dict.fromkeys((*self._of_file, *self._unread)):
            # A UID as a name has no suffix, only dots.
            plain = path.name if path.suffix[1:].isdecimal() else path.stem
            for name in {path.name, plain}:
                self._named[name].append(path)

    def place(self, picture: str, folders: Sequence[str], file: Path) -> Place | None:
        """The slice that a picture shows.

        Args:
            picture: name of the picture.
            folders: names of the folder that it lay in, as the annotation says them.
            file: the annotation; its own folder tells series apart too.

        Returns:
            None where no slice's file and no SOP Instance UID is called so.

        Raises:
            BadInput: several slices are, or the one that is cannot be read.
        """
        names = dict.fromkeys((picture, picture.removesuffix(".dcm"), Path(picture).stem))
        places = [place for name in names for place in self._of_uid.get(name, ())]
        files = list(dict.fromkeys(path for name in names for path in self._named.get(name, ())))
        if not places and files:
            files = self._narrowed(files, folders, file)
            places = [place for path in files for place in self._of_file.get(path, [(-1, -1)])]
        if not places:
            return None
        if len(places) > 1:
            raise self._several(picture, places, files, file)
        stack, k = places[0]
        problem = self._unread.get(files[0], "") if stack < 0 else self.stacks[stack].problem
        if problem:
            raise BadInput(
                f"The slice that the box was drawn on cannot be read: {problem}", file=file
            )
        return stack, k

    def _narrowed(self, files: list[Path], folders: Sequence[str], file: Path) -> list[Path]:
        """The files that everything agrees on which says a folder; all where nothing does.

        Raises:
            BadInput: the picture lay in the folder of a series that has no such slice.
        """
        own = file.resolve().parent
        groups = [{path for path in files if path.parent == own}]
        with_slices = {path.parent.name for path in self._of_file}
        for name in {*folders, own.name}:
            groups.append({path for path in files if path.parent.name == name})
            if name in with_slices and not groups[-1]:
                raise BadInput(
                    f"The box was drawn on a picture in {name}, where no slice is called so, but "
                    "elsewhere one is",
                    file=file,
                    advice="Put the slice back, or name the picture after its SOP Instance UID.",
                )
        agreeing = [group for group in groups if group]
        left = set.intersection(*agreeing) if agreeing else set()
        return [path for path in files if path in left] or files

    def _several(
        self, picture: str, places: list[Place], files: list[Path], file: Path
    ) -> BadInput:
        listed = [
            f"stack {self.stacks[n].id} slice {k + 1}" if n >= 0 else "a file that cannot be read"
            for n, k in places
        ]
        more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
        several = len(files) == 1 and len(places) > 1
        return BadInput(
            f"The picture {picture} may be of {len(places)} slices: "
            f"{', '.join(listed[:_MOST_NAMED])}{more}",
            file=file,
            advice="Name the picture after the slice's SOP Instance UID."
            if several
            else "Put the annotation into the folder of its series, or name the picture after the "
            "slice's SOP Instance UID.",
        )
