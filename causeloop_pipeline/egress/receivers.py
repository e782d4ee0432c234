"""Who receives a connector's credentials: every address they can reach, and the way of authenticating there.

It is derived here and nowhere else, from the declaration and the configuration alone. The credentials are
sealed for what comes out, and no request carries one to an origin that is not in it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urljoin

import orjson

from causeloop_pipeline.connectors.auth import (
    Anonymous,
    AwsSignature,
    Basic,
    Bearer,
    FormFields,
    GitHubApp,
    Headers,
    KeyedHash,
    OAuth2,
    Query,
    ServiceAccount,
    SingleAuth,
    list_ways,
)
from causeloop_pipeline.connectors.configuration import fill_defaults
from causeloop_pipeline.connectors.declared.problems import DeclarationError
from causeloop_pipeline.connectors.json_paths import PLACEHOLDER, MissingValueError, fill_from
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.credentials import list_texts
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.origin import fill_address, find_base_url, write_origin

TOKEN = "token"  # noqa: S105 what a token endpoint gave, beside the names of credentials
VENDOR_STORES = {
    "s3": "https://*.amazonaws.com",
    "gs": "https://storage.googleapis.com",
    "az": "https://*.blob.core.windows.net",
}
"""Object stores at their vendor: a signature, never the secret, is sent to a host of its domain."""
WAYS: Mapping[type, str] = {
    Anonymous: "no credential",
    Headers: "headers",
    Bearer: "a bearer token",
    Basic: "HTTP basic authentication",
    Query: "parameters of the address",
    FormFields: "fields of the form",
    ServiceAccount: "a statement signed by a service account",
    GitHubApp: "a statement signed by a GitHub App",
    AwsSignature: "signed requests",
    KeyedHash: "a keyed hash of each request",
}

TokenAuth = OAuth2 | ServiceAccount | GitHubApp


@dataclass(frozen=True)
class Receiver:
    """One origin, and the names of the credentials that it receives or that sign what it receives."""

    origin: str
    receives: tuple[str, ...]


@dataclass(frozen=True)
class Receivers:
    """All receivers of a connector's credentials, by origin, and how it authenticates there."""

    authentication: str
    receivers: tuple[Receiver, ...]

    @property
    def origins(self) -> frozenset[str]:
        """The only origins to which a request may carry a credential."""
        return frozenset(receiver.origin for receiver in self.receivers)

    def as_document(self) -> dict[str, Any]:
        """As it is stored beside the credentials, and shown to who enters them."""
        listed = [{"origin": each.origin, "receives": list(each.receives)} for each in self.receivers]
        return {"authentication": self.authentication, "receivers": listed}

    def as_text(self) -> str:
        """As credentials are sealed for it."""
        return f"receivers {orjson.dumps(self.as_document(), option=orjson.OPT_SORT_KEYS).decode()}"


NOBODY = Receivers("nothing is sent", ())
"""Nothing is sent: there are no credentials in any request, or an address is not complete yet."""


def find_receivers(connector: Connector, config: Mapping[str, Any]) -> Receivers:
    """Who receives the credentials of a configured connector."""
    try:
        config, connector = fill_defaults(connector, config), connector.resolve(config)
        return _find_receivers(connector, config)
    except (DeclarationError, PermanentFailure):
        return NOBODY


def find_token_url(connector_title: str, auth: TokenAuth, base_url: str, values: Mapping[str, Any]) -> str:
    """The address of a token endpoint; one that is a path stays on the tool's own origin."""
    if isinstance(auth, ServiceAccount):
        return auth.token_url
    if isinstance(auth, GitHubApp):
        ids = dict(values) | {"installation_id": fill_from(auth.installation_id, values)}
        template, filled = auth.token_path, fill_from(auth.token_path, ids)
        if not template.startswith("/"):
            raise PermanentFailure(f"{connector_title}: the token_path must begin with /")
        url = base_url + filled
    else:
        template, filled = auth.token_url, fill_address(auth.token_url, values)
        url = urljoin(base_url + "/", filled)
    if "://" not in template and write_origin(url) != write_origin(base_url):
        raise PermanentFailure(
            f"{connector_title}: the path of its token endpoint leads to another host: not followed"
        )
    return url


def check_receiver(title: str, url: str, origins: frozenset[str]) -> None:
    """PermanentFailure for a request that would carry credentials where they do not belong."""
    origin = write_origin(url)
    if origin not in origins:
        listed = ", ".join(sorted(origins)) or "nobody"
        raise PermanentFailure(f"{title}: its credentials belong to {listed}: not sent to {origin}")


def describe_receivers(document: Mapping[str, Any]) -> str:
    """Stored receivers in words."""
    origins = ", ".join(receiver["origin"] for receiver in document["receivers"]) or "nobody"
    return f"{origins} ({document['authentication']})"


def _find_receivers(connector: Connector, config: Mapping[str, Any]) -> Receivers:
    names = tuple(sorted(field.name for field in connector.credentials))
    if connector.query is not None:
        origin = connector.query.origin.format_map(_PlaceNames(config))
        return Receivers("signed in to the database", (Receiver(origin, names),))
    if connector.files is not None:
        if connector.files.place != "store":
            return NOBODY
        endpoint = config.get("endpoint")
        origin = write_origin(str(endpoint)) if endpoint else VENDOR_STORES[str(config["store"])]
        return Receivers("signed requests", (Receiver(origin, names),))
    if connector.auth is None:
        return NOBODY
    ways = list_ways(connector.auth)
    base_url = find_base_url(connector, config)
    received: dict[str, set[str]] = {}
    for each_way in ways:
        for origin, received_names in _list_received(connector, each_way, base_url, config, frozenset(names)):
            received.setdefault(origin, set()).update(received_names)
    listed = tuple(Receiver(origin, tuple(sorted(received[origin]))) for origin in sorted(received))
    return Receivers(" or ".join(dict.fromkeys(_describe_way(each_way) for each_way in ways)), listed)


class _PlaceNames(dict[str, str]):
    """The configured values that name a server, in lower case where they are text."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__(
            {name: value.lower() if isinstance(value, str) else str(value) for name, value in config.items()}
        )

    def __missing__(self, name: str) -> str:
        return "None"


def _list_received(
    connector: Connector, way: SingleAuth, base_url: str, config: Mapping[str, Any], names: frozenset[str]
) -> Iterator[tuple[str, set[str]]]:
    """Each origin that a way of authenticating sends something to, and what."""
    tool = write_origin(base_url)
    if not isinstance(way, OAuth2 | ServiceAccount | GitHubApp):
        yield tool, _name_credentials((getattr(way, entry.name) for entry in fields(way)), names)
        return
    beside_token = (way.header, way.template, way.more) if isinstance(way, OAuth2) else ()
    yield tool, {TOKEN} | _name_credentials(beside_token, names)
    # A credential may be a part of the endpoint's path; what it makes of the host is checked when it is sent.
    values = dict.fromkeys(names, "-") | dict(config)
    try:
        url = find_token_url(connector.title, way, base_url, values)
    except MissingValueError as missing:
        raise PermanentFailure(f"{connector.title}: {missing.args[0]!r} is not configured") from None
    yield write_origin(url), _name_credentials(_list_token_templates(way), names)


def _list_token_templates(way: TokenAuth) -> tuple[Any, ...]:
    """What is filled into the request for a token."""
    match way:
        case ServiceAccount():
            return way.key, way.subject
        case GitHubApp():
            return way.app_id, way.installation_id, way.private_key, way.token_path
    client = () if way.grant == "none" else (way.client_id, way.client_secret)
    refresh = (way.refresh_token,) if way.grant == "refresh_token" else ()
    return way.token_url, way.scope, way.parameters, way.headers, *client, *refresh


def _name_credentials(templates: Iterable[Any], names: frozenset[str]) -> set[str]:
    return {name for text in list_texts(tuple(templates)) for name in PLACEHOLDER.findall(text)} & names


def _describe_way(way: SingleAuth) -> str:
    if isinstance(way, OAuth2):
        return f"OAuth 2.0, {way.grant}, client in the {way.client_in}, as {way.encoding}"
    return WAYS[type(way)]
