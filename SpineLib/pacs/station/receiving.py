"""The station's receiver: a C-STORE and C-ECHO provider, by pynetdicom, for named senders only.

What arrives goes to the disk piece by piece, never whole into memory.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Callable
from ssl import SSLSocket
from typing import Any

from pynetdicom import AE, _config, evt
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from SpineLib.errors import BadRequest, SpineError, from_os_error
from SpineLib.pacs.dimse import IMAGES, SUCCESS, SYNTAXES
from SpineLib.pacs.station.arriving import OUT_OF_RESOURCES, Refused, look_at
from SpineLib.pacs.station.encryption import LateHandshake, context_of, shake_hands
from SpineLib.pacs.station.figures import Figures
from SpineLib.pacs.station.settings import Settings
from SpineLib.pacs.station.studies import Studies

MOST_ASSOCIATIONS = 10
SECONDS = 30.0  # without a word from the sender, its association is ended
# One PDU: we ask for 16 kB each; what asks for an association has some kB for each of 128 contexts.
_LARGEST_PDU = 1 << 20
_BETWEEN_LOOKS_AT_DISK = 16 << 20  # bytes of one object
# A-ASSOCIATE-RJ (PS3.8 9.3.4): for good, by the user, the calling title is not known.
_NOT_KNOWN = (0x01, 0x01, 0x03)


class Receiver:
    """Listens until it is stopped.

    Args:
        settings: of the station.
        studies: where images go.
        figures: what is counted.
        say: called with a line for the person.
    """

    def __init__(
        self, settings: Settings, studies: Studies, figures: Figures, say: Callable[[str], None]
    ) -> None:
        self._settings, self._studies = settings, studies
        self._figures, self._say = figures, say
        self._server: Any = None
        self._shaking: set[Any] = set()  # connections without TLS yet

    def start(self) -> None:
        """Begins to listen, in threads of its own.

        Raises:
            SpineError: the port is in use or may not be used, or the address is not one of ours.
            BadRequest: the certificate cannot be used.
        """
        settings = self._settings
        context = context_of(settings)
        _config.STORE_RECV_CHUNKED_DATASET = True
        _config.LOG_HANDLER_LEVEL = "none"  # its lines name patients
        tempfile.tempdir = str(self._studies.arriving)  # where pynetdicom writes what arrives
        entity = AE(settings.ae)
        entity.require_called_aet = True
        entity.maximum_associations = MOST_ASSOCIATIONS
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = SECONDS
        entity.add_supported_context(Verification)
        for kind in IMAGES:
            entity.add_supported_context(kind, list(SYNTAXES))
        handlers: list[Any] = [
            (evt.EVT_CONN_OPEN, self._on_opened),
            (evt.EVT_REQUESTED, self._on_requested),
            (evt.EVT_REJECTED, self._on_rejected),
            (evt.EVT_ABORTED, self._on_aborted),
            (evt.EVT_C_STORE, self._on_store),
        ]
        try:
            self._server = entity.start_server(
                (settings.host, settings.port), block=False, evt_handlers=handlers,
                ssl_context=LateHandshake(context, SECONDS) if context else None,  # type: ignore
            )  # fmt: skip
        except OSError as error:
            raise _not_listening(error, settings) from error
        self._server.verify_request = self._has_room_for

    def stop(self) -> None:
        """Ends associations; what was acknowledged is kept."""
        if self._server is not None:
            for association in self._server.active_associations:
                association.abort()
            self._server.shutdown()
        _config.STORE_RECV_CHUNKED_DATASET = False
        _config.LOG_HANDLER_LEVEL = "standard"
        tempfile.tempdir = None

    def _has_room_for(self, _request: Any, address: Any) -> bool:
        """Whether another connection is taken; each has threads before it says who it is."""
        if len(self._server.active_associations) + len(self._shaking) < 2 * MOST_ASSOCIATIONS:
            return True
        self._figures.add("associations_refused")
        self._say(f"Connection of {address[0]} refused: too many are open")
        return False

    def _on_opened(self, event: Any) -> None:
        socket, most = event.assoc.dul.socket, self._settings.instance_bytes
        if isinstance(socket.socket, SSLSocket):
            self._shaking.add(socket)
            why = shake_hands(socket.socket)
            self._shaking.discard(socket)
            if why:
                socket.close()  # and with it the association, which has not begun
                self._figures.add("associations_refused")
                self._say(f"Connection of {event.address[0]} refused: {why}")
                return
        socket.recv = _Bounded(socket.recv, most, self._studies.require_room)

    def _on_requested(self, event: Any) -> None:
        caller = event.assoc.requestor
        title = str(caller.primitive.calling_ae_title)
        if not any(known.admits(title, caller.address) for known in self._settings.callers):
            event.assoc.acse.send_reject(*_NOT_KNOWN)
            event.assoc.kill()  # when the answer has gone out
            self._refuse_association(event, "nobody named this title and address")

    def _on_rejected(self, event: Any) -> None:
        self._refuse_association(
            event, f"it asked for another title than {self._settings.ae}, or too many are open"
        )

    def _refuse_association(self, event: Any, why: str) -> None:
        self._figures.add("associations_refused")
        self._say(f"Association refused to {_who(event)}: {why}")

    def _on_aborted(self, event: Any) -> None:
        self._figures.add("associations_aborted")
        self._say(
            f"Association with {_who(event)} ended in the middle; what was acknowledged stays"
        )

    def _on_store(self, event: Any) -> int:
        try:
            new = self._take(event)
        except Refused as refused:
            self._figures.add("images_refused")
            self._say(f"Object of {_who(event)} refused (0x{refused.status:04X}): {refused.why}")
            return refused.status
        finally:
            event.assoc.dul.socket.recv.start_again()
        self._figures.add("images_taken" if new else "images_known")
        return SUCCESS

    def _take(self, event: Any) -> bool:
        path = event.dataset_path
        self._studies.require_room(path.stat().st_size)
        request = event.request
        arrival = look_at(
            path, str(request.AffectedSOPClassUID), str(request.AffectedSOPInstanceUID)
        )
        # pynetdicom has its file open still, and removes it after us.
        own = path.with_suffix(".own")
        try:
            shutil.copyfile(path, own)
            return self._studies.keep(arrival, own)
        except OSError as error:
            raise Refused(OUT_OF_RESOURCES, str(from_os_error(error, None))) from error
        finally:
            own.unlink(missing_ok=True)


class _Bounded:
    """Takes the place of a connection's ``recv``: no sender decides how much is taken.

    Args:
        recv: reads so many bytes.
        most: bytes from one object to the next.
        require_room: raises `Refused` where the disk has no room for so many bytes.
    """

    def __init__(
        self, recv: Callable[[int], bytearray], most: int, require_room: Callable[[int], None]
    ) -> None:
        self._recv, self._most, self._require_room = recv, most, require_room
        self._taken = 0

    def __call__(self, count: int) -> bytearray:
        before, self._taken = self._taken, self._taken + count
        if count > _LARGEST_PDU or self._taken > self._most:
            raise OSError(errno.EMSGSIZE, "More than the station takes")  # ends the association
        if before // _BETWEEN_LOOKS_AT_DISK != self._taken // _BETWEEN_LOOKS_AT_DISK:
            try:
                self._require_room(0)
            except Refused as refused:
                raise OSError(errno.ENOSPC, refused.why) from refused
        return self._recv(count)

    def start_again(self) -> None:
        """An object is whole."""
        self._taken = 0


def _who(event: Any) -> str:
    """A sender's title and address; what it says of itself goes into a line."""
    caller = event.assoc.requestor
    ae = getattr(caller.primitive, "calling_ae_title", "")
    title = "".join(c if c.isprintable() else " " for c in str(ae))
    return f"{title.strip()[:16]}@{caller.address}"


def _not_listening(error: OSError, settings: Settings) -> SpineError:
    where = f"{settings.host}:{settings.port}"
    if error.errno == errno.EADDRINUSE:
        return SpineError(f"{where} is in use by another program", advice="Choose another port.")
    if error.errno in (errno.EACCES, errno.EPERM):
        return SpineError(
            f"This user may not listen at {where}", advice="Choose a port from 1024 on."
        )
    return BadRequest(f"The station cannot listen at {where}: {error.strerror or error}")
