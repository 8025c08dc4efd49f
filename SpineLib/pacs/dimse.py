"""DIMSE with one Application Entity: echo, store, find and retrieve, by pynetdicom."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import (
    JPEG2000,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)
from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.presentation import build_context, build_role
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    EnhancedMRImageStorage,
    MRImageStorage,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    Verification,
)

from SpineLib.errors import BadInput, BadRequest, SpineError
from SpineLib.pacs.destinations import Destination

SECONDS = 30.0  # without an answer, the archive is given up
_PLAIN = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
# What an archive may hold its images in, and what the scan reads.
SYNTAXES = (
    *_PLAIN, RLELossless, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless, JPEGBaseline8Bit,
    JPEGExtended12Bit, JPEGLSNearLossless, JPEG2000,
)  # fmt: skip
PENDING = (0xFF00, 0xFF01)
_OUT_OF_RESOURCES = 0xA700
SUCCESS, WARNINGS = 0x0000, (0xB000, 0xB006, 0xB007)
IMAGES = (MRImageStorage, EnhancedMRImageStorage)


def echo(archive: Destination) -> None:
    """Asks the archive whether it is there (C-ECHO).

    Raises:
        SpineError: as `associated`; or it answers with another status.
    """
    with associated(archive, [build_context(Verification)]) as association:
        status = association.send_c_echo()
        if getattr(status, "Status", None) != SUCCESS:
            raise SpineError(f"{archive.where} answered {status_words(status)}")


def contexts_for(wanted: Collection[tuple[str, str]]) -> list[Any]:
    """Presentation contexts of SOP classes in the transfer syntaxes that their files have.

    Raises:
        BadInput: there are more than one association can hold (128, PS3.8).
    """
    contexts = []
    for kind in sorted({kind for kind, _ in wanted}):
        syntaxes = {syntax for other_kind, syntax in wanted if other_kind == kind}
        plain: list[Any] = [syntax for syntax in _PLAIN if syntaxes & set(_PLAIN)]
        contexts += [build_context(kind, plain)] if plain else []
        contexts += [build_context(kind, syntax) for syntax in sorted(syntaxes - set(_PLAIN))]
    if len(contexts) > 128:
        raise BadInput("These files are of too many kinds for one association")
    return contexts


@contextmanager
def associated(
    archive: Destination,
    contexts: list[Any],
    *,
    roles: list[Any] | None = None,
    handlers: list[Any] | None = None,
) -> Iterator[Association]:
    """An association with the archive.

    Raises:
        SpineError: nobody answers there, the certificate does not fit, or the archive refuses.
    """
    entity = AE(archive.calling)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = SECONDS
    entity.connection_timeout = SECONDS
    try:
        association = entity.associate(
            archive.host, archive.port or 0, contexts, ae_title=archive.ae or "ANY-SCP",
            ext_neg=roles or [], evt_handlers=handlers or [], tls_args=_tls(archive),
        )  # fmt: skip
    except socket.gaierror as error:
        raise SpineError(f"No computer called {archive.host} is known here") from error
    if not association.is_established:
        raise SpineError(_why_not(association, archive))
    try:
        yield association
    finally:
        if association.is_established:
            association.release()


def _why_not(association: Association, archive: Destination) -> str:
    if association.is_rejected:
        answer = association.acceptor.primitive
        reason = getattr(answer, "reason_str", "") or "no reason"
        return f"{archive.where} refused the association: {reason}"
    return _tls_problem(archive) or f"Nobody at {archive.where} speaks DICOM with us"


def _tls_problem(archive: Destination) -> str:
    """Why no encrypted connection comes about, which pynetdicom does not tell; empty otherwise."""
    tls = _tls(archive)
    if tls is None:
        return ""
    context, host = tls
    try:
        with socket.create_connection((archive.host, archive.port or 0), SECONDS) as plain:
            context.wrap_socket(plain, server_hostname=host).close()
    except ssl.SSLCertVerificationError as error:
        return f"The certificate of {archive.where} is not trusted: {error.verify_message}"
    except (ssl.SSLError, ConnectionResetError) as error:
        reason = getattr(error, "reason", None) or "it ended the connection"
        return f"{archive.where} makes no encrypted connection with us: {reason}"
    except OSError:
        return ""
    return f"{archive.where} ended the encrypted connection; it may ask for a certificate of ours"


def _tls(archive: Destination) -> tuple[ssl.SSLContext, str] | None:
    if not archive.tls:
        return None
    try:
        context = ssl.create_default_context(cafile=archive.ca)
        if archive.certificate is not None:
            context.load_cert_chain(archive.certificate, archive.key)
    except (OSError, ssl.SSLError) as error:
        raise BadRequest(f"The certificates of {archive.name} cannot be used: {error}") from error
    return context, archive.host


def status_words(status: Dataset) -> str:
    """A status as ``0xA700 (Out of resources)``; without one, that the association ended."""
    number = getattr(status, "Status", None)
    if number is None:
        return "nothing: the association ended"
    comment = getattr(status, "ErrorComment", "")
    from pynetdicom.status import code_to_category

    return f"0x{number:04X} ({comment or code_to_category(number)})"


def find_study(archive: Destination, **wanted: str) -> list[str]:
    """Study Instance UIDs that fit (C-FIND, study root).

    Args:
        archive: the archive.
        wanted: DICOM keywords and values, as ``AccessionNumber``.

    Raises:
        SpineError: as `associated`; or the archive answers with a failure.
    """
    return _find(archive, "STUDY", "StudyInstanceUID", **wanted)


def _find(archive: Destination, level: str, answer: str, **wanted: str) -> list[str]:
    query = _query(level, **{answer: "", **wanted})
    model, values = StudyRootQueryRetrieveInformationModelFind, []
    with associated(archive, [build_context(model)]) as association:
        for status, match in association.send_c_find(query, model):
            number = getattr(status, "Status", None)
            if number in PENDING and match is not None:
                values.append(str(match[answer].value))
            elif number != SUCCESS:
                raise SpineError(f"{archive.where} answered {status_words(status)}")
    return values


def _query(level: str, **values: str) -> Dataset:
    query = Dataset()
    query.QueryRetrieveLevel = level
    for keyword, value in values.items():
        setattr(query, keyword, value)
    return query


def get_study(archive: Destination, study: str, keep: Callable[[Dataset], Path]) -> int:
    """Retrieves a study's MR series over the same association (C-GET).

    Args:
        archive: the archive.
        study: Study Instance UID.
        keep: called with each object; it writes the file. What it raises ends the retrieval.

    Returns:
        How many were kept.

    Raises:
        SpineError: as `associated`; or the archive answers with a failure.
    """
    known = {"StudyInstanceUID": study, "Modality": "MR"}
    every_series = _find(archive, "SERIES", "SeriesInstanceUID", **known)
    model = StudyRootQueryRetrieveInformationModelGet
    kept: list[Path] = []
    failed: list[Exception] = []

    def on_store(event: evt.Event) -> int:
        received = event.dataset
        received.file_meta = event.file_meta
        try:
            kept.append(keep(received))
        except Exception as error:  # pynetdicom would swallow it: this runs in a thread of its own
            failed.append(error)
            return _OUT_OF_RESOURCES
        return SUCCESS

    contexts = [build_context(model)]
    contexts += [build_context(image, syntax) for image in IMAGES for syntax in SYNTAXES]
    roles = [build_role(image, scp_role=True) for image in IMAGES]
    handlers = [(evt.EVT_C_STORE, on_store)]
    if every_series:
        with associated(archive, contexts, roles=roles, handlers=handlers) as association:
            for series in every_series:
                query = _query("SERIES", StudyInstanceUID=study, SeriesInstanceUID=series)
                for status, _ in association.send_c_get(query, model):
                    if failed:
                        association.abort()
                        raise failed[0]
                    if getattr(status, "Status", None) not in (*PENDING, SUCCESS):
                        raise SpineError(f"{archive.where} answered {status_words(status)}")
    return len(kept)
