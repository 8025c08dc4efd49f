"""TLS of the station: one certificate of ours, and whose certificates senders must show."""

from __future__ import annotations

import socket
import ssl

from SpineLib.errors import BadRequest
from SpineLib.pacs.station.settings import Settings


class LateHandshake:
    """Takes the place of pynetdicom's SSL context, which shakes hands in the thread that listens.

    There one sender that connects and says nothing would hold up all others; so the hands are
    shaken by `shake_hands`, in the connection's own thread.

    Args:
        context: ours.
        seconds: without a word from the sender.
    """

    def __init__(self, context: ssl.SSLContext, seconds: float) -> None:
        self._context, self._seconds = context, seconds

    def wrap_socket(self, connection: socket.socket, server_side: bool) -> ssl.SSLSocket:
        """The connection, on which nothing is read before hands are shaken."""
        connection.settimeout(self._seconds)
        return self._context.wrap_socket(
            connection, server_side=server_side, do_handshake_on_connect=False
        )


def context_of(settings: Settings) -> ssl.SSLContext | None:
    """The station's side of TLS; None where it has no certificate.

    Raises:
        BadRequest: a file is missing, is no certificate or key, or does not fit the other one.
    """
    if settings.certificate is None:
        if settings.key or settings.ca:
            raise BadRequest("The station has a key or senders' certificates, and none of its own",
                             advice="Name its certificate.", command="--certificate FILE")  # fmt: skip
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=None)
    wrong = "certificate and key"
    try:
        # A key with a passphrase would ask for it at the terminal, where nobody may be.
        context.load_cert_chain(settings.certificate, settings.key, password="")
        wrong = "senders' certificates"
        if settings.ca is not None:
            context.load_verify_locations(settings.ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise BadRequest(
            f"The station's {wrong} cannot be used: {reason}",
            advice="Give PEM files; the key without a passphrase.",
        ) from error
    return context


def shake_hands(connection: ssl.SSLSocket) -> str:
    """Why the sender and the station cannot speak TLS with each other; empty where they can."""
    try:
        connection.do_handshake()
    except ssl.SSLCertVerificationError as error:
        return f"its certificate is not trusted ({error.verify_message})"
    except ssl.SSLError as error:
        reason = (error.reason or str(error)).replace("_", " ").lower()
        no_tls = "http request" in reason or "wrong version" in reason
        return "it speaks no TLS" if no_tls else f"no TLS with it ({reason})"
    except OSError:  # silence, and an end, among them
        return "it ended the connection, or said nothing, before TLS began"
    return ""
