"""DICOMweb with one server: STOW-RS, QIDO-RS and WADO-RS, by dicomweb-client."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from dicomweb_client.api import DICOMwebClient
from dicomweb_client.session_utils import create_session, create_session_from_user_pass
from pydicom.dataset import Dataset

from SpineLib.errors import SpineError
from SpineLib.pacs.destinations import Destination, password_of, token_of

SECONDS = 60.0
_AT_ONCE = 500  # studies of one answer


def client(server: Destination) -> DICOMwebClient:
    """A client of the server, with the person's password or token where there is one."""
    password, token = password_of(server.name), token_of(server.name)
    session = (
        create_session_from_user_pass(server.user, password) if server.user else create_session()
    )
    if server.ca is not None:
        _trust(session, server.ca)
    if server.certificate is not None:
        session.cert = (str(server.certificate), str(server.key or server.certificate))
    headers = {"Authorization": f"Bearer {token}"} if token else None
    web = DICOMwebClient(url=server.url, session=session, headers=headers)
    web.set_http_retry_params(retry=False)
    return web


def _trust(session: requests.Session, ca: Path) -> None:
    """Trusts these certificates; requests lets REQUESTS_CA_BUNDLE go before ``session.verify``."""
    merged = session.merge_environment_settings

    def with_ours(*arguments: Any, **named: Any) -> Any:
        return {**merged(*arguments, **named), "verify": str(ca)}

    session.merge_environment_settings = with_ours  # type: ignore[method-assign]


@contextmanager
def plainly(server: Destination) -> Iterator[None]:
    """What goes wrong in between is said in a sentence.

    Raises:
        SpineError: nobody answers, the certificate does not fit, or the server refuses.
    """
    try:
        yield
    except requests.exceptions.SSLError as error:
        raise SpineError(f"The certificate of {server.where} is not trusted") from error
    except requests.exceptions.HTTPError as error:
        status = error.response.status_code if error.response is not None else "nothing"
        raise SpineError(f"{server.where} answered {status}") from error
    except requests.exceptions.RequestException as error:
        raise SpineError(f"Nobody at {server.where} answers") from error


def echo(server: Destination) -> None:
    """Asks the server for a study, as DICOMweb has no other way to ask whether it is there.

    Raises:
        SpineError: as `plainly`.
    """
    with plainly(server):
        client(server).search_for_studies(limit=1)


def store(web: DICOMwebClient, server: Destination, instance: Dataset) -> str:
    """Sends one object.

    Returns:
        Why the server refused it; empty where it took it.

    Raises:
        SpineError: as `plainly`.
    """
    try:
        with plainly(server):
            answer = web.store_instances([instance])
    except SpineError as error:
        cause = error.__cause__
        if isinstance(cause, requests.exceptions.HTTPError):
            return str(error)
        raise
    failed = answer.get("FailedSOPSequence") or []
    if not failed:
        return ""
    reason: Any = failed[0].get("FailureReason", 0)
    return f"{server.where} answered 0x{int(reason):04X}"


def find_study(server: Destination, **wanted: str) -> list[str]:
    """Study Instance UIDs that fit (QIDO-RS).

    Raises:
        SpineError: as `plainly`.
    """
    with plainly(server):
        matches = client(server).search_for_studies(search_filters=dict(wanted))
    return [str(Dataset.from_json(match).StudyInstanceUID) for match in matches]


def find_studies(server: Destination, wanted: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Study Instance UIDs of MR studies that fit (QIDO-RS), and how many images each has.

    Args:
        server: the server.
        wanted: attribute → value, as ``StudyDate`` → ``20260101-20261231``.

    Raises:
        SpineError: as `plainly`.
    """
    web = client(server)
    known: set[str] = set()
    filters = {"ModalitiesInStudy": "MR", **wanted}
    while True:
        with plainly(server):
            answer = web.search_for_studies(
                limit=_AT_ONCE, offset=len(known), search_filters=filters
            )
        page = [Dataset.from_json(match) for match in answer]
        new = [study for study in page if str(study.StudyInstanceUID) not in known]
        if not new:  # also where a server gives the same page for every offset
            return
        for study in new:
            known.add(str(study.StudyInstanceUID))
            yield str(study.StudyInstanceUID), int(study.get("NumberOfStudyRelatedInstances") or 0)


def get_study(server: Destination, study: str, keep: Callable[[Dataset], Path]) -> int:
    """Retrieves a study's MR series (WADO-RS).

    Returns:
        How many objects were kept.

    Raises:
        SpineError: as `plainly`.
    """
    web, kept = client(server), 0
    with plainly(server):
        for search_for_sery in web.search_for_series(study, search_filters={"Modality": "MR"}):
            series = str(Dataset.from_json(search_for_sery).SeriesInstanceUID)
            for instance in web.iter_series(study, series):
                keep(instance)
                kept += 1
    return kept
