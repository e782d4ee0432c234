"""Authenticates each request to a tool: with entered credentials, a fetched token, or a signature."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx2

from causeloop_pipeline.connectors.auth import (
    AwsSignature,
    FirstOf,
    GitHubApp,
    KeyedHash,
    OAuth2,
    ServiceAccount,
)
from causeloop_pipeline.connectors.json_paths import MissingValueError, fill_from
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.access_tokens import TokenSource
from causeloop_pipeline.egress.aws_signature import AwsKey, sign_request
from causeloop_pipeline.egress.credentials import Credentials, build_credentials, choose_way, find_missing
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.http import Request
from causeloop_pipeline.egress.keyed_hash import HashKey
from causeloop_pipeline.egress.origin import find_base_url, spell_blanks
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.egress.receivers import Receivers, check_receiver, find_receivers


class Authenticator:
    """Adds one connector's credentials to its requests; they appear in no repr or log.

    A request to an origin where they do not belong is refused.
    """

    def __init__(
        self,
        title: str,
        receivers: Receivers,
        credentials: Credentials,
        tokens: TokenSource | None = None,
        key: AwsKey | HashKey | None = None,
    ) -> None:
        self._title, self._origins = title, receivers.origins
        self._credentials, self._tokens, self._key = credentials, tokens, key
        self._sent = ""

    def authorize(self, request: Request) -> Request:
        """The authenticated request."""
        if self._carries_credentials:
            check_receiver(self._title, request.url, self._origins)
        url = request.url
        if self._credentials.parameters:
            url = spell_blanks(str(httpx2.URL(url).copy_merge_params(list(self._credentials.parameters))))
        if self._credentials.form_fields:
            content = (request.content or b"", urlencode(self._credentials.form_fields).encode())
            request = replace(request, content=b"&".join(filter(None, content)))
        headers = {**request.headers, **dict(self._credentials.headers)}
        if self._tokens is not None:
            headers |= self._token_headers(self._tokens)
        if isinstance(self._key, AwsKey):
            now = datetime.now(UTC)
            headers |= sign_request(self._key, request.method, url, headers, request.content, now)
        elif self._key is not None:
            headers |= self._key.sign(request.method, url, datetime.now(UTC))
        return replace(request, url=url, headers=headers)

    def renew(self) -> bool:
        """Whether a new token can be fetched after the tool has refused the last one."""
        if self._tokens is None:
            return False
        self._tokens.discard()
        return True

    def redact(self, text: str) -> str:
        """The text with every credential and token replaced by ***."""
        text = text.replace(self._sent, "***") if self._sent else text
        return self._credentials.redact(text)

    @property
    def _carries_credentials(self) -> bool:
        sent = self._credentials
        return bool(self._tokens or self._key or sent.headers or sent.parameters or sent.form_fields)

    def _token_headers(self, tokens: TokenSource) -> dict[str, str]:
        self._sent = tokens.token()
        values = {**tokens.values, "token": self._sent}
        if not isinstance(tokens.auth, OAuth2):
            return {"Authorization": f"Bearer {self._sent}"}
        more = {name: fill_from(text, values) for name, text in tokens.auth.more}
        return {tokens.auth.header: fill_from(tokens.auth.template, values), **more}


def build_authenticator(
    connector: Connector,
    config: Mapping[str, Any],
    entered: Mapping[str, str],
    egress: EgressPolicy,
    keep: Callable[[str, str], None] | None = None,
) -> Authenticator:
    """The authenticator for a connector's configuration and entered credentials.

    `keep` stores a credential that the tool replaces, such as a one-time refresh token.
    """
    auth, title = connector.auth, connector.title
    receivers = find_receivers(connector, config)
    values: dict[str, Any] = {**config, **entered}
    if isinstance(auth, FirstOf):
        chosen = choose_way(auth, values)
        connector, auth = replace(connector, auth=chosen), chosen
    secrets = Credentials(secrets=tuple(entered.values()))
    try:
        match auth:
            case OAuth2() | ServiceAccount() | GitHubApp():
                _require_values(auth, values)
                tokens = TokenSource(
                    title, auth, values, find_base_url(connector, config), egress, receivers.origins, keep
                )
                return Authenticator(title, receivers, secrets, tokens)
            case AwsSignature():
                return Authenticator(title, receivers, secrets, key=_build_aws_key(auth, values))
            case KeyedHash():
                fill_from(auth.key, values)
                return Authenticator(title, receivers, secrets, key=HashKey(auth, values))
    except MissingValueError as missing:
        raise PermanentFailure(
            f"{connector.title}: {missing.args[0]!r} is missing; enter it in the connector"
        ) from None
    return Authenticator(title, receivers, build_credentials(connector, entered))


def _require_values(auth: OAuth2 | ServiceAccount | GitHubApp, values: Mapping[str, Any]) -> None:
    if missing := find_missing(auth, values):
        raise MissingValueError(missing[0])


def _build_aws_key(auth: AwsSignature, values: Mapping[str, Any]) -> AwsKey:
    return AwsKey(
        fill_from(auth.access_key_id, values),
        fill_from(auth.secret_access_key, values),
        auth.service,
        fill_from(auth.region, values),
        fill_from(auth.session_token, values) if auth.session_token and values.get("session_token") else None,
    )
