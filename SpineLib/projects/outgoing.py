"""DICOM on its way out of a project: without its patients' identities, unless that is asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from SpineLib.dicom import Stack
from SpineLib.dicom.confidentiality import Deidentifier, Option, open_key, write_key
from SpineLib.dicom.deidentify import deidentify_file, text_in_pixels
from SpineLib.errors import BadInput
from SpineLib.projects.project import ReadingStack, ReadingStudy
from SpineLib.store.files import writing_folder


class Outgoing:
    """Copies the files of stacks into one folder, whole or not at all.

    Args:
        folder: to be written.
        key: of `SpineLib.dicom.confidentiality.open_key`; None copies files as they are.

    Raises:
        BadInput: the key would lie in the folder, or is none.
    """

    def __init__(self, folder: Path, key: Path | None) -> None:
        self._folder, self._key = folder, key
        self._deidentifier: Deidentifier | None = None
        if key is not None:
            if key.resolve().is_relative_to(folder.resolve()):
                raise BadInput("The key must not lie in what is passed on", file=key)
            # Without words of the description nothing would tell region and weighting any more.
            self._deidentifier = Deidentifier(open_key(key), [Option.descriptors])

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """Gives a temporary folder; its files and the key are there when the block succeeds."""
        with writing_folder(self._folder) as out:
            yield out
            # First the key: files that nobody can link would be worse than links to no files.
            if self._deidentifier is not None and self._key is not None:
                write_key(self._deidentifier.key, self._key)

    def uid(self, old: str) -> str:
        """The UID that a slice has in the copies."""
        return self._deidentifier.key.uid(old) if self._deidentifier else old

    def name(self, study: ReadingStudy, stack: ReadingStack) -> str:
        """A folder's name for a stack; says nothing of where it comes from."""
        if self._deidentifier is None:
            return f"{study.id}-{stack.id}"
        return self.uid(stack.slices[0].sop_instance_uid)[-12:]

    def copy(self, stack: Stack, folder: Path) -> None:
        """Copies a stack's files.

        Raises:
            BadInput: a file cannot be de-identified, or is likely to show text.
        """
        folder.mkdir(parents=True)
        for n, path in enumerate(dict.fromkeys(source.path for source in stack.sources), 1):
            target = folder / f"{n:04d}.dcm"
            if self._deidentifier is None:
                shutil.copyfile(path, target)
            else:
                deidentify_file(path, target, self._deidentifier)


def require_no_text(stack: Stack) -> None:
    """Refuses a stack whose pictures are likely to show text, as the headers say.

    Raises:
        BadInput: with the first such file.
    """
    texts = text_in_pixels(dict.fromkeys(source.path for source in stack.sources))
    if texts:
        raise BadInput(
            f"The picture may show text that names the patient ({texts[0].reason})",
            file=texts[0].file,
            advice="Look at it, and remove the study from the project if it does.",
        )
