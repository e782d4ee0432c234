"""Reads the CODEOWNERS file of a repository through a connector of GitHub, GitLab or Forgejo."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from causeloop_pipeline.connectors.configuration import fill_defaults
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.outbound.tracker_api import TrackerApi
from causeloop_pipeline.outbound.trackers import make_api

NOWHERE = frozenset({404, 410})


def _address_github(repository: str, path: str) -> str:
    return f"/repos/{quote(repository)}/contents/{quote(path)}"


def _address_gitlab(repository: str, path: str) -> str:
    return f"/api/v4/projects/{quote(repository, safe='')}/repository/files/{quote(path, safe='')}?ref=HEAD"


def _address_forgejo(repository: str, path: str) -> str:
    return f"/api/v1/repos/{quote(repository)}/contents/{quote(path)}"


@dataclass(frozen=True)
class _Place:
    """Where a tool looks for the file, in its own order, and how its API gives it."""

    paths: tuple[str, ...]
    address: Callable[[str, str], str]


PLACES: Mapping[str, _Place] = MappingProxyType(
    {
        "github": _Place((".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"), _address_github),
        "gitlab": _Place(("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"), _address_gitlab),
        "forgejo": _Place((".forgejo/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"), _address_forgejo),
    }
)


@dataclass(frozen=True)
class CodeOwnersFile:
    """A CODEOWNERS file as its repository has it."""

    path: str
    text: str


def has_code_owners(connector_name: str) -> bool:
    """Whether a type of connector leads to CODEOWNERS files."""
    return connector_name in PLACES


def read_code_owners_file(
    connector: Connector,
    config: Mapping[str, Any],
    credentials: Mapping[str, str],
    egress: EgressPolicy,
    repository: str,
) -> CodeOwnersFile | None:
    """The file at the first place that has one; None where the repository has none."""
    if {"", ".", ".."} & set(repository.split("/")):
        raise PermanentFailure("name the repository as owner/name")
    api = make_api(connector, fill_defaults(connector, config), credentials, egress)
    place = PLACES[connector.name]
    for path in place.paths:
        document = _read_document(api, place.address(repository, path))
        if document is not None:
            return CodeOwnersFile(path, _decode(api, document))
    return None


def _read_document(api: TrackerApi, address: str) -> Any:
    try:
        return api.get(address)
    except OutsideFailure as failure:
        if failure.status in NOWHERE:
            return None
        if failure.status == 403:
            raise PermanentFailure(
                f"{api.connector.title}: 403, the credentials may not read files of this repository", 403
            ) from None
        raise


def _decode(api: TrackerApi, document: Any) -> str:
    try:
        return base64.b64decode(api.text(document, "content")).decode("utf-8", "replace")
    except binascii.Error:
        raise TransientFailure(f"{api.connector.title} answered a file that is not base64") from None
