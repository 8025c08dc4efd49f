"""The archives that this person's computer knows, by name, and the secrets that are not in the file."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from SpineLib.errors import BadInput, BadRequest, from_os_error
from SpineLib.json_values import parse_json
from SpineLib.models.registry import user_folder
from SpineLib.store.files import write_text

_SERVICE = "SlicerSpineMRI"
# Application Entity titles (PS3.5, AE): 16 characters without a backslash; blanks at the ends count
# for nothing, so that none is asked for.
Title = Annotated[
    str, Field(pattern=r"^[\x21-\x5b\x5d-\x7e]([\x20-\x5b\x5d-\x7e]{0,14}[\x21-\x5b\x5d-\x7e])?$")
]
Port = Annotated[int, Field(ge=1, le=65535)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
_TITLE = "a title has 1 to 16 characters of ASCII, without a backslash or blanks at the ends"
_PATTERNS = {
    "ae": _TITLE, "calling": _TITLE,
    "name": "a name has 1 to 32 letters, digits, - or _",
}  # fmt: skip


class Destination(BaseModel):
    """One archive: an Application Entity, or a DICOMweb server where ``url`` is given.

    Attributes:
        name: what the person calls it.
        host, port, ae: of the archive.
        calling: the Application Entity title that we call ourselves.
        url: of the DICOMweb service, up to before ``/studies``.
        user: of the web server; the password is in the keyring or the environment.
        tls: whether the association is encrypted.
        ca: certificates (PEM) that are trusted, in the place of the system's.
        certificate, key: ours (PEM), where the archive asks for one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Name
    host: str = ""
    port: Port | None = None
    ae: Title | None = None
    calling: Title = "SPINE"
    url: str = ""
    user: str = ""
    tls: bool = False
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    @model_validator(mode="after")
    def _is_one_kind(self) -> Destination:
        dimse = (bool(self.host), self.port is not None, self.ae is not None)
        if bool(self.url) == any(dimse) or (any(dimse) and not all(dimse)):
            raise ValueError("give either a url, or host, port and ae")
        if self.url and urlsplit(self.url).scheme not in ("http", "https"):
            raise ValueError("a url begins with http:// or https://")
        if self.user and urlsplit(self.url).scheme == "http" and not self._is_here:
            raise ValueError("a password would travel unprotected; use https://")
        return self

    @property
    def _is_here(self) -> bool:
        host = urlsplit(self.url).hostname or ""
        try:
            return host == "localhost" or ip_address(host).is_loopback
        except ValueError:
            return False

    @property
    def is_web(self) -> bool:
        """Whether it is reached by DICOMweb."""
        return bool(self.url)

    @property
    def encrypted(self) -> bool:
        """Whether nobody on the way can read what is sent."""
        return self.url.startswith("https") if self.is_web else self.tls

    @property
    def where(self) -> str:
        """Its place in one word, for tables and messages."""
        return self.url or f"{self.ae}@{self.host}:{self.port}"


def destinations_file() -> Path:
    """Where the destinations are kept, beside the person's own models."""
    return user_folder().parent / "destinations.json"


def read_destinations() -> dict[str, Destination]:
    """All of them by name.

    Raises:
        BadInput: the file is damaged.
    """
    path = destinations_file()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise from_os_error(error, path) from error
    try:
        known = [Destination.model_validate(record) for record in parse_json(text)]
    except (ValueError, TypeError) as error:
        raise BadInput("The list of destinations is damaged", file=path) from error
    return {archive.name: archive for archive in known}


def destination(name: str) -> Destination:
    """The destination of this name.

    Raises:
        BadRequest: there is none.
    """
    known = read_destinations()
    if name not in known:
        raise BadRequest(
            f"There is no destination {name}",
            advice=f"Known: {', '.join(known)}." if known else "Add it first.",
            command="spine pacs add",
        )
    return known[name]


def add_destination(values: Mapping[str, Any]) -> Destination:
    """Adds a destination, or changes the one of this name.

    Raises:
        BadRequest: the values do not describe one.
        OutputError: the file cannot be written.
    """
    try:
        added = Destination.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "string_pattern_mismatch":
            message = _PATTERNS[field]
        raise BadRequest(
            f"This is not a destination: {field + ': ' if field else ''}{message}"
        ) from error
    for path in (added.ca, added.certificate, added.key):
        if path is not None and not path.is_file():
            raise BadRequest("There is no such file", file=path)
    _write({**read_destinations(), added.name: added})
    return added


def remove_destination(name: str) -> None:
    """Forgets a destination and its password.

    Raises:
        BadRequest: there is none of this name.
    """
    destination(name)
    _write({key: kept for key, kept in read_destinations().items() if key != name})
    keyring = _keyring()
    if keyring is not None and keyring.get_password(_SERVICE, name):
        keyring.delete_password(_SERVICE, name)


def _write(known: Mapping[str, Destination]) -> None:
    values = [value.model_dump(mode="json", exclude_defaults=True) for value in known.values()]
    write_text(destinations_file(), json.dumps(values, indent=1), mode=0o600)


def keep_password(name: str, password: str) -> None:
    """Puts a password into the system's keyring.

    Raises:
        BadRequest: the system has none.
    """
    keyring = _keyring()
    if keyring is None:
        raise BadRequest(
            "There is no keyring to keep a password in",
            advice=f"Set {_variable(name, 'PASSWORD')} in the environment, or install the Python "
            "package keyring.",
        )
    keyring.set_password(_SERVICE, name, password)


def password_of(name: str) -> str:
    """A destination's password: of the environment, else of the keyring, else empty."""
    given = os.environ.get(_variable(name, "PASSWORD"))
    keyring = None if given is not None else _keyring()
    return given or (keyring.get_password(_SERVICE, name) if keyring is not None else "") or ""


def token_of(name: str) -> str:
    """A destination's bearer token, from the environment; else empty."""
    return os.environ.get(_variable(name, "TOKEN"), "")


def _variable(name: str, what: str) -> str:
    return f"SPINE_{re.sub('[^A-Z0-9]', '_', name.upper())}_{what}"


def _keyring() -> Any:
    """The keyring module where a keyring can be used, else None."""
    try:
        import keyring
        from keyring.backends.fail import Keyring
    except ImportError:
        return None
    return None if isinstance(keyring.get_keyring(), Keyring) else keyring
