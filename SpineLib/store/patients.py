"""Patients' hashes that are kept, keyed with a secret of the project.

A Patient ID has few digits, so that a list of IDs can be tried against a plain hash of it. What a
project, a data set, a frozen test or a run keeps of a patient is therefore made with a secret that
lies in a file beside it and is not passed on. The same secret gives the same patient the same hash,
so that the project is consistent with itself. What was made before there were secrets has none, and
stays as it is.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from SpineLib.errors import BadInput
from SpineLib.store.files import writing

KEY_FILE = "patients.key"
_BYTES = 32


def new_secret(folder: str | Path, name: str = KEY_FILE) -> bytes:
    """The secret in a folder, made and written with mode 600 where there is none yet.

    Raises:
        BadInput: the file there is no secret.
        OutputError: it cannot be written.
    """
    path = Path(folder) / name
    if not path.exists():
        with writing(path, mode=0o600) as temporary:
            temporary.write_text(secrets.token_hex(_BYTES) + "\n", encoding="ascii")
    return _read(path)


def secret_of(mark: str, *places: str | Path) -> bytes:
    """The secret that a record was made with.

    Args:
        mark: what `mark_of` gave when the record was made; empty for one without a secret.
        places: files where it may lie.

    Raises:
        BadInput: it lies in none of them, so that no patient could be recognised.
    """
    if not mark:
        return b""
    for path in map(Path, places):
        if path.is_file() and mark_of(secret := _read(path)) == mark:
            return secret
    raise BadInput(
        "The secret that the patients' hashes are made with is not here, so nobody is recognised",
        file=places[0],
        advice="Take the file from where this was made, or from a backup.",
    )


def mark_of(secret: bytes) -> str:
    """What tells a secret from others and says nothing of it."""
    return hashlib.sha256(b"mark\0" + secret).hexdigest()[:12] if secret else ""


def plain_hash(text: str) -> str:
    """12 hex digits of a text, without a secret."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def keyed(patient: str, secret: bytes) -> str:
    """A patient's hash as it is kept: 12 hex digits; as it is where there is no secret.

    Example:
        >>> keyed("p", b""), keyed("p", b"one") == keyed("p", b"one"), len(keyed("p", b"one"))
        ('p', True, 12)
    """
    if not secret or not patient:
        return patient
    return hmac.new(secret, patient.encode(), hashlib.sha256).hexdigest()[:12]


@dataclass(frozen=True)
class Patients:
    """Patients that a record holds, in whatever way their hashes were made.

    Attributes:
        hashes: as they are kept.
        secret: that they were made with; empty for none.
    """

    hashes: frozenset[str]
    secret: bytes = field(default=b"", repr=False)

    def hold(self, patient: str) -> bool:
        """Whether the patient of a case is among them, from DICOM or from the same record."""
        return patient in self.hashes or keyed(patient, self.secret) in self.hashes

    def among(self, patients: Iterable[str]) -> set[str]:
        """Those of the patients that are held."""
        return {patient for patient in patients if self.hold(patient)}


def _read(path: Path) -> bytes:
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise BadInput(
            "The secret of the patients' hashes cannot be read",
            file=path,
            advice="Restore it from a backup.",
        ) from error
    if len(secret) != _BYTES:
        raise BadInput("This is not a secret of patients' hashes", file=path)
    return secret
