"""Puts a connector's credentials on a request, and nowhere else."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from causeloop_pipeline.connectors.json_paths import MissingValueError, filled_from
from causeloop_pipeline.connectors.spec import Auth, Basic, Bearer, Connector, Headers, Query
from causeloop_pipeline.egress.errors import PermanentFailure


@dataclass(frozen=True)
class Identity:
    """What proves who asks; it never shows itself in a repr."""

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def blotted(self, text: str) -> str:
        """The text with every credential that a tool echoed made unreadable."""
        values = [*self.secrets, *(value for _, value in (*self.headers, *self.parameters))]
        for secret in sorted(filter(None, values), key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


def identity(connector: Connector, credentials: Mapping[str, str]) -> Identity:
    """The headers and parameters that a connector's authentication makes of its credentials."""
    try:
        proof = _proof(connector.auth, credentials)
    except MissingValueError as missing:
        raise PermanentFailure(
            f"{connector.title}: the credential {missing.args[0]!r} is missing; enter it in the connector"
        ) from None
    if any(not value.isprintable() or not value.isascii() for _, value in proof.headers):
        raise PermanentFailure(
            f"{connector.title}: a credential holds a line break or a character that no header can carry; "
            "enter it again"
        )
    encoded = [value.rpartition(" ")[2] for _, value in proof.headers]
    return replace(proof, secrets=(*credentials.values(), *encoded))


def _proof(auth: Auth, credentials: Mapping[str, str]) -> Identity:
    match auth:
        case Headers(headers):
            return Identity(headers=tuple((name, filled_from(text, credentials)) for name, text in headers))
        case Bearer(token):
            return Identity(headers=(("Authorization", f"Bearer {filled_from(token, credentials)}"),))
        case Basic(username, password):
            pair = f"{filled_from(username, credentials)}:{filled_from(password, credentials)}"
            return Identity(headers=(("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}"),))
        case Query(parameters):
            pairs = tuple((name, filled_from(text, credentials)) for name, text in parameters)
            return Identity(parameters=pairs)
        case None:
            return Identity()
