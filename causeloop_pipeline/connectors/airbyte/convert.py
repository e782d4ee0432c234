"""Turns a whole manifest into a declaration, and lists what the declaration does not say."""

import re
from typing import Any

import yaml

from causeloop_pipeline.connectors.airbyte.manifest import read_manifest
from causeloop_pipeline.connectors.airbyte.streams import Losses, Node, convert_stream
from causeloop_pipeline.connectors.airbyte.templates import UntranslatableError, translate
from causeloop_pipeline.connectors.declared.declaration import build_connector
from causeloop_pipeline.connectors.declared.problems import DeclarationError, Problem

MAX_STREAMS = 20
ISSUE: dict[str, Any] = {
    "name": "record",
    "title": ["title", "subject", "summary", "name", "message"],
    "body": ["description", "body", "text"],
    "severity": ["severity", "priority.name", "priority", "urgency"],
    "status": ["status.name", "status", "state"],
    "service": ["service.name", "service", "component"],
    "team": ["team.name", "team"],
    "external_url": ["html_url", "url", "permalink"],
    "source_created_at": ["created_at", "createdAt", "created"],
    "resolved_at": ["resolved_at", "closed_at"],
}
NOT_IN_MANIFEST = "what a record means: the mapping under issues is a guess, so try it with `connectors map`"


def convert_manifest(text: str, name: str) -> tuple[str, list[str]]:
    """The declaration as YAML, and the losses; DeclarationError where none can be made of the manifest."""
    manifest = read_manifest(text)
    losses, fields = Losses(), set[str]()
    streams = manifest["streams"]
    if len(streams) > MAX_STREAMS:
        losses.add("streams", f"all but the first {MAX_STREAMS}")
    pulls = [convert_stream(stream, fields, losses) for stream in streams[:MAX_STREAMS]]
    requester = _find_requester(streams)
    document: dict[str, Any] = {"name": name, "title": _build_title(name)}
    document["base_url"] = _translate_address(requester, fields)
    auth, secrets = _convert_auth(requester.get("authenticator"), losses)
    headers = _convert_headers(requester, fields, losses)
    marked = _list_secrets(manifest.get("spec"))
    secrets |= fields & marked
    secret_headers = {
        name: text for name, text in headers.items() if any(f"{{{secret}}}" in text for secret in secrets)
    }
    if secret_headers and auth is None:
        auth = {"headers": secret_headers}
        headers = {name: text for name, text in headers.items() if name not in secret_headers}
    lists = {pull["for_each"] for pull in pulls if pull is not None and "for_each" in pull}
    document |= _build_form(manifest, fields, secrets, lists)
    if auth is not None:
        document["auth"] = auth
    if headers:
        document["headers"] = headers
    document["pulls"] = [pull for pull in pulls if pull is not None]
    document["issues"] = [ISSUE]
    losses.append(NOT_IN_MANIFEST)
    build_connector(document)
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True), losses


def _find_requester(streams: list[Node]) -> Node:
    """The requester of the first stream: all of a tool have one address and one authentication."""
    retriever = streams[0].get("retriever") if streams else None
    requester = retriever.get("requester") if isinstance(retriever, dict) else None
    if not isinstance(requester, dict):
        raise DeclarationError(
            [Problem("streams", "the first stream has no HTTP requester: nothing to read")]
        )
    return requester


def _translate_address(requester: Node, fields: set[str]) -> str:
    try:
        return translate(str(requester.get("url_base") or requester.get("url") or ""), fields).rstrip("/")
    except UntranslatableError as error:
        detail = f"the address is a template that is not understood ({error}): declare it by hand"
        raise DeclarationError([Problem("url_base", detail)]) from None


def _convert_auth(authenticator: Any, losses: Losses) -> tuple[Any, set[str]]:
    """The authentication, and the fields that are secret."""
    secrets: set[str] = set()
    node = authenticator if isinstance(authenticator, dict) else {}
    kind: Any = node.get("type")
    auth: Any = None
    try:
        match kind:
            case "BearerAuthenticator":
                auth = {"bearer": translate(str(node.get("api_token", "")), secrets)}
            case "BasicHttpAuthenticator":
                names = ("username", "password")
                auth = {"basic": {part: translate(str(node.get(part, "")), secrets) for part in names}}
            case "ApiKeyAuthenticator":
                auth = _convert_api_key(node, secrets)
            case "OAuthAuthenticator":
                auth = _convert_oauth(node, secrets, losses)
            case _ if kind not in {None, "NoAuth"}:
                losses.add("authentication", f"{kind}: declare it by hand")
    except UntranslatableError as error:
        losses.add("authentication", f"a template that is not understood: {error}")
    return auth, secrets


def _convert_api_key(node: Node, secrets: set[str]) -> Any:
    option = node.get("inject_into")
    option = option if isinstance(option, dict) else {}
    value = translate(str(node.get("api_token", "")), secrets)
    name = str(option.get("field_name") or node.get("header") or "Authorization")
    word = "query" if option.get("inject_into") == "request_parameter" else "headers"
    return {word: {name: value}}


def _convert_oauth(node: Node, secrets: set[str], losses: Losses) -> Any:
    grant = str(node.get("grant_type", "refresh_token"))
    parts = ["client_id", "client_secret"] + (["refresh_token"] if grant == "refresh_token" else [])
    if node.get("refresh_request_body"):
        losses.add("authentication", "further fields of the token request")
    scopes = [str(scope) for scope in node.get("scopes") or []]
    return {
        "oauth2": {
            "token_url": translate(str(node.get("token_refresh_endpoint", "")), set()),
            "grant": "client_credentials" if grant == "client_credentials" else "refresh_token",
            **{part: translate(str(node.get(part, "")), secrets) for part in parts},
            **({"scope": " ".join(scopes)} if scopes else {}),
        }
    }


def _list_secrets(spec: Any) -> set[str]:
    """The fields that the manifest's own form marks as secret."""
    secrets: set[str] = set()
    if isinstance(spec, dict):
        properties = spec.get("properties")
        for name, entry in properties.items() if isinstance(properties, dict) else ():
            if isinstance(entry, dict) and entry.get("airbyte_secret"):
                secrets.add(name)
        for entry in spec.values():
            secrets |= _list_secrets(entry)
    elif isinstance(spec, list):
        for entry in spec:
            secrets |= _list_secrets(entry)
    return secrets


def _convert_headers(requester: Node, fields: set[str], losses: Losses) -> dict[str, str]:
    described = requester.get("request_headers")
    headers: dict[str, str] = {}
    for name, value in described.items() if isinstance(described, dict) else ():
        try:
            headers[name] = translate(str(value), fields)
        except UntranslatableError as error:
            losses.add("headers", f"{name}: {error}")
    return headers


def _build_form(manifest: Node, fields: set[str], secrets: set[str], lists: set[str]) -> dict[str, Any]:
    """What a person fills in, with the titles of the manifest's own form."""
    spec = manifest.get("spec")
    form = spec.get("connection_specification") if isinstance(spec, dict) else None
    properties = form.get("properties") if isinstance(form, dict) else None
    properties = properties if isinstance(properties, dict) else {}

    def entry(name: str) -> dict[str, Any]:
        described = properties.get(name)
        described = described if isinstance(described, dict) else {}
        title = str(described.get("title") or _build_title(name))
        is_list = described.get("type") == "array" or name in lists
        return {"name": name, "title": title, **({"type": "list"} if is_list else {})}

    form_fields = {
        "credentials": [entry(name) for name in sorted(secrets)],
        "config": [entry(name) for name in sorted(fields - secrets)],
    }
    return {kind: entries for kind, entries in form_fields.items() if entries}


def _build_title(name: str) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", " ", name).split()
    return " ".join(word.capitalize() for word in words) or "Imported"
