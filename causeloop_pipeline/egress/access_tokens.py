"""Fetches access tokens at token endpoints, and keeps them in this process's memory only."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
import orjson

from causeloop_pipeline.connectors.auth import GitHubApp, OAuth2, ServiceAccount
from causeloop_pipeline.connectors.json_paths import fill_from, find_value
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.http import Request, exchange
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.egress.receivers import TokenAuth, check_receiver, find_token_url
from causeloop_pipeline.egress.retry_policy import RetryableResponse, is_retryable

MARGIN_SECONDS = 60.0
"""A token is fetched again this long before it expires."""
STATEMENT_SECONDS = 540
MAX_TOKENS = 10_000
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True)
class FetchedToken:
    """A token and its expiry on this process's monotonic clock."""

    text: str = field(repr=False)
    ends_at: float

    @property
    def is_fresh(self) -> bool:
        """Whether it may still be used."""
        return time.monotonic() < self.ends_at


_tokens: dict[str, FetchedToken] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class TokenSource:
    """One connector's token endpoint, and its client credentials."""

    title: str
    auth: TokenAuth
    values: dict[str, Any] = field(repr=False)
    base_url: str
    egress: EgressPolicy
    origins: frozenset[str]
    """Where the credentials belong, and nowhere else are they sent."""
    keep: Callable[[str, str], None] | None = field(default=None, repr=False)
    """Stores a credential that the endpoint has replaced, by its name: the former one is no longer valid."""

    @property
    def _key(self) -> str:
        identity = json.dumps(
            [self.title, repr(self.auth), self.base_url, dict(self.values)], sort_keys=True, default=str
        )
        return hashlib.sha256(identity.encode()).hexdigest()

    def token(self) -> str:
        """A token that has not expired."""
        key = self._key
        with _lock:
            token = _tokens.get(key)
        if token is None or not token.is_fresh:
            token = self._fetch()
            with _lock:
                if len(_tokens) >= MAX_TOKENS:
                    _tokens.clear()
                _tokens[self._key] = token
        return token.text

    def discard(self) -> None:
        """Drop a token that the tool refuses, so that a new one is fetched."""
        with _lock:
            _tokens.pop(self._key, None)

    def _fetch(self) -> FetchedToken:
        request = _build_token_request(self)
        check_receiver(self.title, request.url, self.origins)
        response = exchange(request, self.egress)
        if is_retryable(response.status):
            raise RetryableResponse(f"{request.receiver} answered {response.status}", response.status)
        if not 200 <= response.status < 300:
            raise PermanentFailure(
                f"{request.receiver} answered {response.status}: it refuses the credentials, enter new ones",
                response.status,
            )
        self._keep_refresh_token(response.body)
        return _read_token(self.auth, request.receiver, response.body)

    def _keep_refresh_token(self, body: bytes) -> None:
        """Use and store the new refresh token that a response may contain (refresh token rotation)."""
        auth = self.auth
        if not isinstance(auth, OAuth2) or auth.grant != "refresh_token":
            return
        name = auth.refresh_token.strip("{}")
        try:
            rotated = find_value(orjson.loads(body), "refresh_token")
        except orjson.JSONDecodeError:
            return
        if isinstance(rotated, str) and rotated and rotated != self.values.get(name):
            self.values[name] = rotated
            if self.keep is not None:
                self.keep(name, rotated)


def _build_token_request(source: TokenSource) -> Request:
    match source.auth:
        case OAuth2():
            return _build_oauth_request(source, source.auth)
        case ServiceAccount():
            return _build_service_account_request(source, source.auth)
        case GitHubApp():
            return _build_github_request(source, source.auth)


def _build_oauth_request(source: TokenSource, auth: OAuth2) -> Request:
    values = source.values
    sent = {} if auth.grant == "none" else {"grant_type": str(auth.grant)}
    if auth.grant == "refresh_token":
        sent["refresh_token"] = fill_from(auth.refresh_token, values)
    headers = {"Accept": "application/json", **{name: fill_from(text, values) for name, text in auth.headers}}
    client = {
        name: fill_from(text, values)
        for name, text in (("client_id", auth.client_id), ("client_secret", auth.client_secret))
        if text is not None and auth.grant != "none"
    }
    if auth.client_in == "header":
        pair = f"{client.get('client_id', '')}:{client.get('client_secret', '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        sent |= client
    if auth.scope is not None:
        sent["scope"] = fill_from(auth.scope, values)
    sent |= {name: fill_from(text, values) for name, text in auth.parameters}
    url = find_token_url(source.title, auth, source.base_url, values)
    if auth.encoding == "query":
        return Request(_name_receiver(source), "GET", f"{url}?{urlencode(sent)}", headers)
    if auth.encoding == "json":
        return Request(
            _name_receiver(source),
            "POST",
            url,
            headers | {"Content-Type": "application/json"},
            orjson.dumps(sent),
        )
    return _build_form_request(source, url, sent, headers)


def _build_service_account_request(source: TokenSource, auth: ServiceAccount) -> Request:
    try:
        account = json.loads(fill_from(auth.key, source.values))
        email, key = str(account["client_email"]), str(account["private_key"])
    except (ValueError, KeyError, TypeError):
        raise PermanentFailure(
            f"{source.title}: the service account's key is not the JSON file of Google: enter it again"
        ) from None
    claims = {"iss": email, "scope": auth.scope, "aud": auth.token_url}
    if auth.subject is not None:
        claims["sub"] = fill_from(auth.subject, source.values)
    sent = {"grant_type": JWT_BEARER, "assertion": _sign_statement(source, claims, key)}
    url = find_token_url(source.title, auth, source.base_url, source.values)
    return _build_form_request(source, url, sent, {"Accept": "application/json"})


def _build_github_request(source: TokenSource, auth: GitHubApp) -> Request:
    key = fill_from(auth.private_key, source.values).replace("\\n", "\n")
    statement = _sign_statement(source, {"iss": fill_from(auth.app_id, source.values)}, key)
    url = find_token_url(source.title, auth, source.base_url, source.values)
    headers = {"Accept": "application/vnd.github+json", "Authorization": f"Bearer {statement}"}
    return Request(_name_receiver(source), "POST", url, headers, b"")


def _sign_statement(source: TokenSource, claims: Mapping[str, str], key: str) -> str:
    now = int(time.time())
    try:
        return jwt.encode({**claims, "iat": now - 60, "exp": now + STATEMENT_SECONDS}, key, algorithm="RS256")
    except (ValueError, TypeError, jwt.PyJWTError):
        raise PermanentFailure(
            f"{source.title}: the private key is not an RSA key in PEM; enter it again"
        ) from None


def _build_form_request(
    source: TokenSource, url: str, sent: Mapping[str, str], headers: Mapping[str, str]
) -> Request:
    form = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
    return Request(_name_receiver(source), "POST", url, form, urlencode(sent).encode())


def _name_receiver(source: TokenSource) -> str:
    return f"the token endpoint of {source.title}"


def _read_token(auth: TokenAuth, receiver: str, body: bytes) -> FetchedToken:
    token_path = {OAuth2: getattr(auth, "token_path", ""), GitHubApp: "token"}.get(type(auth), "access_token")
    lifetime: Any = 3600 if isinstance(auth, GitHubApp) else None
    if token_path == "":
        token: Any = body.decode("ascii", "replace").strip().strip('"')
    else:
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise RetryableResponse(f"{receiver} gave no JSON") from None
        token = find_value(document, token_path)
        lifetime = find_value(document, getattr(auth, "expires_path", "expires_in")) or lifetime
    if not isinstance(token, str) or not token or not token.isprintable() or not token.isascii():
        raise PermanentFailure(f"{receiver} gave no token at {token_path!r}: check the kind of credentials")
    try:
        seconds = float(lifetime)
    except (TypeError, ValueError):
        seconds = float(getattr(auth, "lifetime", 1800))
    return FetchedToken(token, time.monotonic() + max(seconds - MARGIN_SECONDS, seconds / 2))
