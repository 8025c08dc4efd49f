"""What a station is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from SpineLib.errors import BadRequest
from SpineLib.pacs.destinations import Destination, Title, destinations_file

GIGABYTE = 1 << 30


@dataclass(frozen=True)
class Caller:
    """Who may send.

    Attributes:
        ae: Application Entity title.
        network: addresses that it may call from; None for all.
    """

    ae: str
    network: IPv4Network | IPv6Network | None = None

    @classmethod
    def parse(cls, text: str) -> Caller:
        """Of ``MR1``, ``MR1@10.0.0.7`` or ``MR1@10.0.0.0/24``.

        Raises:
            BadRequest: it is none of them.
        """
        ae, at, address = text.rpartition("@") if "@" in text else (text, "", "")
        try:
            return cls(title(ae), ip_network(address, strict=False) if at else None)
        except ValueError as error:
            raise BadRequest(
                f"{address} is not an address", advice="Give a title as MR1 or MR1@10.0.0.7."
            ) from error

    def admits(self, ae: str, address: str) -> bool:
        """Whether this is the caller."""
        if ae.strip() != self.ae:
            return False
        if self.network is None:
            return True
        try:
            caller = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return (getattr(caller, "ipv4_mapped", None) or caller) in self.network


def title(text: str) -> str:
    """An Application Entity title, checked.

    Raises:
        BadRequest: it is none.
    """
    try:
        return str(TypeAdapter(Title).validate_python(text))
    except ValidationError as error:
        raise BadRequest(
            f"{text!r} is not an AE title", advice="A title has 1 to 16 characters."
        ) from error


def default_folder() -> Path:
    """Where a station keeps its studies, beside the destinations."""
    return destinations_file().parent / "station"


@dataclass(frozen=True)
class Settings:
    """One station.

    Attributes:
        folder: where it keeps studies; nobody else may open it, as patients' images lie there.
        place: where results go.
        callers: who may send; nobody else is let in.
        host, port, ae: where it listens, and its title.
        quiet_seconds: without a new image, a study is taken for whole.
        keep_days: a finished study is removed after so long.
        disk_bytes: that the folder may hold; 0 for no bound.
        free_bytes: that stay free on the disk.
        instance_bytes: that one object may have.
        wait_seconds: before what failed is tried again; each time twice as long, up to an hour.
        health_port: of the health page on loopback; None for none.
        metrics_seconds: between lines of figures; 0 for none.
        certificate, key: ours (PEM); with them every association is encrypted.
        ca: certificates (PEM) that a sender's own must be signed by; None lets in senders without.
    """

    folder: Path
    place: Destination
    callers: tuple[Caller, ...]
    host: str = "127.0.0.1"
    port: int = 11112
    ae: str = "SPINE"
    quiet_seconds: float = 60.0
    keep_days: float = 7.0
    disk_bytes: int = 50 * GIGABYTE
    free_bytes: int = GIGABYTE
    instance_bytes: int = 2 * GIGABYTE
    wait_seconds: float = 30.0
    health_port: int | None = None
    metrics_seconds: float = 60.0
    certificate: Path | None = None
    key: Path | None = None
    ca: Path | None = None

    @property
    def open_to(self) -> list[str]:
        """Titles that may call from any address, where other computers can call at all."""
        if self.host in ("localhost", "::1") or self.host.startswith("127."):
            return []
        return [caller.ae for caller in self.callers if caller.network is None]
