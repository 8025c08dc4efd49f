"""The key: a secret that new identities follow from, and the table that links old and new ones."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from SpineLib.dicom.people import Person
from SpineLib.errors import BadInput
from SpineLib.store.files import write_text
from SpineLib.store.lock import holding

VERSION = 1
# By hand: up to ten years back, at least one, so that no shifted date lies in the future.
_LEAST_DAYS, _MOST_DAYS = 366, 3650
_PATIENCE_SECONDS = 60.0  # for other runs that write the key, each for a moment


@dataclass
class Key:
    """New identities that follow from old ones and a secret, and both in one table.

    The same key gives the same new identity in every run, in any order of files. Without it,
    neither way can be found.

    Attributes:
        secret: 32 random bytes.
        patients: what was met: old patient → pseudonym, days of shift, and what tells the person
            from others of the same ID.
        uids: what was met: old UID → new UID.
    """

    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    patients: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    uids: dict[str, str] = field(default_factory=dict, repr=False)

    def uid(self, old: str) -> str:
        """The new UID of an old one: ``2.25.`` and a UUID as an integer (PS3.5 B.2)."""
        if old not in self.uids:
            number = uuid.UUID(bytes=self._digest("uid", old)[:16], version=4).int
            self.uids[old] = f"2.25.{number}"
        return self.uids[old]

    def patient(self, named: str, who: Person) -> str:
        """Which of the people under one name or ID this is: the name, with a number from the second.

        Two people are never one: who certainly is another than all that were met so far is a new
        one. The key remembers them, so that each keeps the number in every run.
        """
        count, patient = 1, named
        while (known := self._patient(patient).get("person")) is not None:
            person = Person.from_dict(known)
            if not who.is_another(person):
                if who.digest and not person.digest:  # now that more is told
                    self._patient(patient)["person"] = who.to_dict()
                return patient
            count += 1
            patient = f"{named} ({count})"
        if who.tells:
            self._patient(patient)["person"] = who.to_dict()
        return patient

    def pseudonym(self, patient: str) -> str:
        """The pseudonym of a patient: P and ten hex digits."""
        return str(self._patient(patient)["pseudonym"])

    def days(self, patient: str) -> int:
        """By how many days this patient's dates are moved; negative."""
        return int(self._patient(patient)["days"])

    def _patient(self, patient: str) -> dict[str, Any]:
        if patient not in self.patients:
            drawn = int.from_bytes(self._digest("days", patient)[:8], "big")
            self.patients[patient] = {
                "pseudonym": "P" + self._digest("patient", patient).hex()[:10].upper(),
                "days": -(_LEAST_DAYS + drawn % (_MOST_DAYS - _LEAST_DAYS + 1)),
            }
        return self.patients[patient]

    def _digest(self, what: str, value: str) -> bytes:
        return hmac.new(self.secret, f"{what}\0{value}".encode(), hashlib.sha256).digest()


def open_key(path: str | Path) -> Key:
    """Reads a key file; a new key where there is none yet (nothing is written).

    Raises:
        BadInput: it is no key file, damaged, or of a newer version.
    """
    path = Path(path)
    if not path.exists():
        return Key()
    advice = "Choose the key file of the earlier run, or a name that does not exist yet."
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        version = kept["version"]
        key = Key(bytes.fromhex(kept["secret"]), dict(kept["patients"]), dict(kept["uids"]))
        if version != VERSION:
            what = f"The key file has version {version}; this program reads up to {VERSION}"
            raise BadInput(what, file=path, advice="Use the program that wrote it.")
        if len(key.secret) < 32:
            raise ValueError
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput("This is not a key file", file=path, advice=advice) from error
    return key


@contextmanager
def shared_key(path: str | Path) -> Iterator[Key]:
    """A key file that several runs at once may begin with: the first one makes it, before its files.

    One that was made here and links nothing yet is removed when the block raises.

    Raises:
        BadInput, OutputError: as of `open_key` and `write_key`.
    """
    path = Path(path)
    with holding(path, patience=_PATIENCE_SECONDS):
        key, is_new = open_key(path), not path.exists()
        if is_new:
            _write(key, path)
    try:
        yield key
    except BaseException:
        with holding(path, patience=_PATIENCE_SECONDS):
            if is_new and not open_key(path).patients:
                path.unlink(missing_ok=True)
        raise


def write_key(key: Key, path: str | Path) -> None:
    """Writes a key with mode 600; what another run has added meanwhile stays.

    Raises:
        BadInput: another run has meanwhile made another key of this name.
        OutputError: it cannot be written.
    """
    path = Path(path)
    with holding(path, patience=_PATIENCE_SECONDS):
        other = open_key(path)
        if path.exists() and other.secret != key.secret:
            raise BadInput(
                "Another run has made this key file meanwhile",
                file=path, advice="Run again; it will then use that key.",
            )  # fmt: skip
        both = Key(key.secret, {**other.patients, **key.patients}, {**other.uids, **key.uids})
        _write(both, path)


def _write(key: Key, path: Path) -> None:
    kept = {
        "version": VERSION, "secret": key.secret.hex(), "patients": key.patients, "uids": key.uids,
    }  # fmt: skip
    write_text(path, json.dumps(kept, indent=1, ensure_ascii=False), mode=0o600)
