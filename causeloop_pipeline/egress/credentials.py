"""Builds the headers and parameters that authenticate a request, and redacts them from texts."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from dataclasses import fields as fields_of
from typing import Any

from causeloop_pipeline.connectors.auth import SingleAuth
from causeloop_pipeline.connectors.json_paths import PLACEHOLDER, MissingValueError, fill_from
from causeloop_pipeline.connectors.spec import (
    Anonymous,
    Auth,
    Basic,
    Bearer,
    Connector,
    FirstOf,
    FormFields,
    Headers,
    OAuth2,
    Query,
)
from causeloop_pipeline.egress.errors import PermanentFailure


@dataclass(frozen=True)
class Credentials:
    """A request's credentials, which never appear in a repr."""

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    form_fields: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def redact(self, text: str) -> str:
        """The text with every credential replaced by ***."""
        values = [*self.secrets, *(value for _, value in (*self.headers, *self.parameters))]
        for secret in sorted(filter(None, values), key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


def build_credentials(connector: Connector, values: Mapping[str, str]) -> Credentials:
    """The headers and parameters of a connector's authentication, from the entered credentials."""
    try:
        credentials = _fill(connector.auth, values)
    except MissingValueError as missing:
        raise PermanentFailure(
            f"{connector.title}: the credential {missing.args[0]!r} is missing; enter it in the connector"
        ) from None
    if any(not value.isprintable() or not value.isascii() for _, value in credentials.headers):
        raise PermanentFailure(
            f"{connector.title}: a credential holds a line break or a character that no header can carry; "
            "enter it again"
        )
    encoded = [value.rpartition(" ")[2] for _, value in credentials.headers]
    return replace(credentials, secrets=(*values.values(), *encoded))


def find_missing(auth: Auth, values: Mapping[str, Any]) -> list[str]:
    """The names that an authentication's templates use and that have no value."""
    fields = [getattr(auth, entry.name) for entry in fields_of(auth)] if auth is not None else []
    if isinstance(auth, OAuth2):
        unused = auth.refresh_token if auth.grant != "refresh_token" else None
        client = {auth.client_id, auth.client_secret} if auth.grant == "none" else set()
        fields = [text for text in fields if text != unused and text not in client]
    names = [name for text in list_texts(fields) for name in PLACEHOLDER.findall(text)]
    optional = {"token"} if isinstance(auth, OAuth2) else {"session_token"}
    return [name for name in names if values.get(name) in (None, "") and name not in optional]


def choose_way(auth: FirstOf, values: Mapping[str, Any]) -> SingleAuth:
    """The first way that the configuration allows and whose credentials were entered, else the first."""
    fitting = [each for each in auth.ways if _is_allowed(each, values) and not find_missing(each, values)]
    return fitting[0] if fitting else auth.ways[0]


def _is_allowed(way: SingleAuth, values: Mapping[str, Any]) -> bool:
    where = way.where if isinstance(way, Basic | OAuth2) else None
    return where is None or values.get(where[0]) == where[1]


def list_texts(value: Any) -> Iterator[str]:
    """Every text in nested lists."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from list_texts(entry)


def _fill(auth: Auth, values: Mapping[str, str]) -> Credentials:
    match choose_way(auth, values) if isinstance(auth, FirstOf) else auth:
        case Headers(headers):
            return Credentials(headers=_fill_pairs(headers, values))
        case Bearer(token):
            return Credentials(headers=_fill_pairs((("Authorization", f"Bearer {token}"),), values))
        case Basic(username, password):
            pair = f"{fill_from(username, values)}:{fill_from(password, values)}"
            encoded = base64.b64encode(pair.encode()).decode()
            return Credentials(headers=(("Authorization", f"Basic {encoded}"),))
        case Query(pairs) | FormFields(pairs):
            filled, is_query = _fill_pairs(pairs, values), isinstance(auth, Query)
            return Credentials(parameters=filled) if is_query else Credentials(form_fields=filled)
        case None | Anonymous():
            return Credentials()
        case other:
            raise PermanentFailure(
                f"tickets cannot be opened with credentials of this kind ({type(other).__name__}): "
                "enter a token"
            )


def _fill_pairs(pairs: Iterable[tuple[str, str]], values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, fill_from(template, values)) for name, template in pairs)
