"""How a connector authenticates at its tool; templates are filled from its credentials."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True)
class Anonymous:
    """No credential: the tool has no login of its own."""


@dataclass(frozen=True)
class Headers:
    """Credentials as request headers: any number of (name, template)."""

    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Bearer:
    """`Authorization: Bearer <token>`."""

    token: str = "{token}"  # noqa: S105 a template, not a token


@dataclass(frozen=True)
class Basic:
    """HTTP basic authentication from two templates."""

    username: str
    password: str
    where: tuple[str, str] | None = None
    """A field of the configuration and the value with which alone it is a way."""


@dataclass(frozen=True)
class Query:
    """Credentials as query parameters: any number of (name, template)."""

    parameters: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FormFields:
    """Credentials as fields of the form that each request posts: any number of (name, template)."""

    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class OAuth2:
    """A token of a token endpoint: kept in memory only, fetched again before it ends or once it is refused.

    Only the origin of `token_url` sees the client's secret, and only the tool's origin sees the token.
    """

    token_url: str
    """A template of configuration and credentials; a mere path is on the tool's own origin."""
    grant: Literal["client_credentials", "refresh_token", "none"] = "client_credentials"
    """none: the endpoint takes `parameters` alone, such as a user's name and password."""
    client_id: str | None = "{client_id}"
    client_secret: str | None = "{client_secret}"  # noqa: S105 a template, not a secret
    refresh_token: str = "{refresh_token}"  # noqa: S105
    scope: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    """Further ones, such as ("audience", "wiz-api")."""
    client_in: Literal["body", "header"] = "body"
    """header: HTTP basic authentication at the token endpoint."""
    encoding: Literal["form", "json", "query"] = "form"
    """query: a GET with the parameters in the address."""
    headers: tuple[tuple[str, str], ...] = ()
    """Headers of the request for the token."""
    token_path: str = "access_token"  # noqa: S105
    """Empty: the whole answer is the token."""
    expires_path: str = "expires_in"
    lifetime: int = 1800
    """Seconds, where the answer does not say."""
    header: str = "Authorization"
    template: str = "Bearer {token}"
    """May also hold credentials and configuration."""
    more: tuple[tuple[str, str], ...] = ()
    """Further headers of each request, by template."""
    where: tuple[str, str] | None = None
    """A field of the configuration and the value with which alone it is a way."""


@dataclass(frozen=True, kw_only=True)
class ServiceAccount:
    """A Google service account: a signed statement is exchanged for a token at Google's token endpoint."""

    scope: str
    key: str = "{service_account}"
    """The account's key file, as JSON text."""
    subject: str | None = None
    """The user on whose behalf to read, by domain-wide delegation."""
    token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105


@dataclass(frozen=True, kw_only=True)
class GitHubApp:
    """A GitHub App: a statement signed with its key is exchanged for a token of its installation."""

    app_id: str = "{app_id}"
    installation_id: str = "{installation_id}"
    private_key: str = "{private_key}"
    token_path: str = "/app/installations/{installation_id}/access_tokens"  # noqa: S105
    """On the tool's own origin."""


@dataclass(frozen=True, kw_only=True)
class AwsSignature:
    """AWS Signature Version 4: each request is signed, the secret itself is never sent."""

    service: str
    region: str = "{region}"
    access_key_id: str = "{access_key_id}"
    secret_access_key: str = "{secret_access_key}"  # noqa: S105
    session_token: str | None = None


@dataclass(frozen=True, kw_only=True)
class KeyedHash:
    """Each request carries a keyed hash (HMAC, in hex) of itself; the key itself is never sent.

    Templates are filled from credentials, and from the request: <date>, <method>, <host>, <path>, <query>
    (its parameters in order), <target> (path and query as they are sent), <signature>.
    """

    key: str
    signed: str
    date: str
    """A strftime pattern, in UTC."""
    algorithm: Literal["sha1", "sha256", "sha512"] = "sha1"
    headers: tuple[tuple[str, str], ...] = ()
    username: str | None = None
    """HTTP basic authentication with this name, the signature being the password."""


def entra_app(scope: str, tenant: str = "{tenant_id}") -> OAuth2:
    """An application of Microsoft Entra ID: client credentials at its tenant's token endpoint."""
    return OAuth2(
        token_url=f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token", scope=f"{scope}/.default"
    )


SingleAuth: TypeAlias = (
    Anonymous
    | Headers
    | Bearer
    | Basic
    | Query
    | FormFields
    | OAuth2
    | ServiceAccount
    | GitHubApp
    | AwsSignature
    | KeyedHash
)


@dataclass(frozen=True)
class FirstOf:
    """The first of several ways whose credentials were entered, such as a token or an app's key."""

    ways: tuple[SingleAuth, ...]


Auth: TypeAlias = SingleAuth | FirstOf | None


def list_ways(auth: Auth) -> tuple[SingleAuth, ...]:
    """Every way of authenticating that a connector may use."""
    if auth is None:
        return ()
    return auth.ways if isinstance(auth, FirstOf) else (auth,)


def is_refreshed(auth: Auth, credentials: Mapping[str, str]) -> bool:
    """Whether a refresh token is among the credentials: a tool may replace it whenever it is used."""
    return any(
        isinstance(choice, OAuth2)
        and choice.grant == "refresh_token"
        and bool(credentials.get(choice.refresh_token.strip("{}")))
        for choice in list_ways(auth)
    )
