"""Declarations with each way of authenticating, and every text of them in which another host is written."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.credential_trials import Case
from tests.support.other_hosts import SPELLINGS

WAYS: Mapping[str, dict[str, Any]] = {
    "path": {"oauth2": {"token_url": "/oauth/token"}},
    "login": {"oauth2": {"token_url": "https://login.acme.example/token", "grant": "refresh_token"}},
    "tenant": {"oauth2": {"token_url": "https://login.acme.example/{tenant}/token", "encoding": "query"}},
    "region": {"oauth2": {"token_url": "https://login.{tenant}.acme.example/token", "encoding": "json"}},
    "app": {"github_app": {"token_path": "/app/installations/{installation_id}/access_tokens"}},
    "google": {"service_account": {"scope": "read", "token_url": "https://login.acme.example/token"}},
    "bearer": {"bearer": "{client_secret}"},
    "basic": {"basic": {"username": "{client_id}", "password": "{client_secret}"}},
    "query": {"query": {"key": "{client_secret}"}},
    "headers": {"headers": {"X-Key": "{client_secret}"}},
    "aws": {"aws_signature": {"service": "x", "region": "{tenant}"}},
}
SECRET_FIELDS = (
    *("client_id", "client_secret", "refresh_token", "app_id", "installation_id", "private_key"),
    *("service_account", "access_key_id", "secret_access_key"),
)


def declare(auth: Mapping[str, Any], base_url: str = "https://api.acme.example") -> dict[str, Any]:
    """A declaration that polls a list, its parents, details and open records with these credentials."""
    schema = {"key": "id", "updated_at": "at"}
    lists = [
        {
            "name": "one",
            "path": "/{tenant}/one",
            "records": "items",
            "pages": {"one_page": {}},
            "schema": schema,
        },
        {
            "name": "two",
            "path": "/two/{item}",
            "records": "items",
            "pages": {"one_page": {}},
            "schema": schema,
            "parents": {"path": "/parents", "records": "items"},
        },
    ]
    return {
        "name": "acme",
        "title": "Acme",
        "base_url": base_url,
        "auth": dict(auth),
        "pulls": lists,
        "credentials": [{"name": name, "title": name, "required": False} for name in SECRET_FIELDS],
        "config": [{"name": "tenant", "title": "Tenant"}],
        "headers": {"Accept": "application/json"},
        "issues": [{"name": "x", "title": "subject", "source_created_at": "at"}],
    }


def list_texts(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Every text of a document, with the way to it."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict | list):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from list_texts(child, (*place, key))


def replace_text(document: Any, place: tuple[Any, ...], text: str) -> Any:
    """The document with another text at a place."""
    if not place:
        return text
    copied: Any = dict(document) if isinstance(document, dict) else list(document)
    copied[place[0]] = replace_text(copied[place[0]], place[1:], text)
    return copied


def list_declaration_cases() -> Iterator[Case]:
    """Every text of declarations with each way of authenticating, and their field, with every spelling."""
    for way, auth in WAYS.items():
        document = declare(auth)
        config = {"declaration": document, "tenant": "eu"}
        places = [(place, text) for place, text in list_texts(document) if place[0] not in {"name", "title"}]
        for place, text in places:
            if place[0] in {"credentials", "issues"}:
                continue
            for number, spelling in enumerate(SPELLINGS):
                changed = replace_text(document, place, f"{text}{spelling}" if number % 2 else spelling)
                where = f"{way}.{'.'.join(map(str, place))}"
                yield Case(f"{where}={spelling!r}", "custom_api", config, config | {"declaration": changed})
        for spelling in SPELLINGS:
            for value in (spelling, f"eu{spelling}"):
                yield Case(f"{way}.tenant={value!r}", "custom_api", config, config | {"tenant": value})
