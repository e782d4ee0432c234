"""A connector that a person declares: its document, checked, as a connector like any other."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import orjson

from causeloop_pipeline.connectors.auth import Auth, GitHubApp, OAuth2, ServiceAccount, list_ways
from causeloop_pipeline.connectors.declared.problems import DeclarationError, Problem
from causeloop_pipeline.connectors.declared.reading import Reader
from causeloop_pipeline.connectors.declared.yaml_text import read_yaml
from causeloop_pipeline.connectors.json_paths import PLACEHOLDER
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.pulls import Pull, RecordSchema
from causeloop_pipeline.connectors.spec import BodyError, Category, Connector, Field, RateLimit
from causeloop_pipeline.connectors.webhooks import Webhook
from causeloop_pipeline.model.issue import IssueStatus, Severity
from causeloop_pipeline.model.plans import PlanName

CUSTOM_TYPE = "custom_api"
"""The type of every declared connector: its records arrive in the product's own field names."""
OWN = ":"
"""Between the type and a declaration's name in the source of its issues: no type is called like that."""
DECLARATION = "declaration"
"""The field of the configuration that holds the document."""
DECLARATION_FIELD = Field(DECLARATION, "Declaration", required=False, type="mapping")

MAX_TITLE = 120
NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
ADDRESS = re.compile(r"https?://[^\s/?#@\\]+[^\s?#]*")
ADDRESS_HOST = re.compile(r"https?://[^/?#]+")
PLAIN_ADDRESS = re.compile(r"https?://[^\s/?#@\\{}]+[^\s?#{}]*")
PATH = re.compile(r"/(?![/\\])\S*")
REQUEST_PLACES = frozenset({"item", "page", "id", "since", "until"})
"""What a request fills in by itself."""


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """The document: in the words of `spec.Connector`, and what the tool's own words mean."""

    name: str
    title: str
    base_url: str = ""
    category: Category = Category.DATA
    docs_url: str = ""
    credentials: tuple[Field, ...] = ()
    config: tuple[Field, ...] = ()
    auth: Auth = None
    headers: tuple[tuple[str, str], ...] = ()
    pulls: tuple[Pull, ...] = ()
    webhook: Webhook | None = None
    site: tuple[str, ...] | None = None
    rate_limit: RateLimit = field(default_factory=RateLimit)
    body_errors: tuple[BodyError, ...] = ()
    issues: tuple[IssueMapping, ...] = ()
    changes: tuple[ChangeMapping, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """severity and status: the tool's word → p1 to p4, or a status of the product."""


def name_source(config: Mapping[str, Any]) -> str | None:
    """The source of the issues of a declared connector, such as custom_api:acme_desk; None of any other."""
    declaration = config.get(DECLARATION)
    return f"{CUSTOM_TYPE}{OWN}{declaration['name']}" if declaration else None


def find_type(source: str) -> str:
    """The connector type of a source."""
    return source.partition(OWN)[0]


def read_declaration(text: str) -> tuple[Connector, dict[str, Any]]:
    """The connector that a YAML text declares, and its document; DeclarationError with lines otherwise."""
    document, lines = read_yaml(text)
    try:
        return build_connector(document), document
    except DeclarationError as error:
        raise error.with_lines(lines) from None


def build_connector(document: Any) -> Connector:
    """The connector that a document declares; DeclarationError with every problem otherwise."""
    if not isinstance(document, dict):
        raise DeclarationError([Problem("", "expected an object: begin with name, title and base_url")])
    # Sorted, for that is what a stored document is too.
    return _build_from_text(orjson.dumps(document, option=orjson.OPT_SORT_KEYS))


@lru_cache(maxsize=256)
def _build_from_text(document: bytes) -> Connector:
    reader = Reader()
    declaration = reader.read_object(orjson.loads(document), Declaration, "")
    if reader.problems:
        raise DeclarationError(reader.problems)
    if problems := list(_find_problems(declaration)):
        raise DeclarationError(problems)
    return _build(declaration)


def _build(declaration: Declaration) -> Connector:
    webhook = declaration.webhook
    if webhook is not None:
        events = tuple(
            replace(event, schema=_prefix_keys(event.schema, declaration.name)) for event in webhook.events
        )
        webhook = replace(webhook, events=events)
    return Connector(
        name=CUSTOM_TYPE,
        title=declaration.title,
        category=declaration.category,
        docs_url=declaration.docs_url,
        plan=PlanName.FREE,
        base_url=declaration.base_url or None,
        credentials=declaration.credentials,
        config=(*declaration.config, DECLARATION_FIELD),
        auth=declaration.auth,
        headers=declaration.headers,
        pulls=tuple(_prefix_pull(listed, declaration.name) for listed in declaration.pulls),
        webhook=webhook,
        site=declaration.site,
        rate_limit=declaration.rate_limit,
        body_errors=declaration.body_errors,
        issues=declaration.issues,
        changes=declaration.changes,
        words=declaration.words,
    )


def _prefix_pull(listed: Pull, name: str) -> Pull:
    refresh = listed.refresh
    if refresh is not None:
        refresh = replace(refresh, ids=rf"{re.escape(name)}/(?P<id>.+)")
    return replace(listed, schema=_prefix_keys(listed.schema, name), refresh=refresh)


def _prefix_keys(schema: RecordSchema, name: str) -> RecordSchema:
    """Ids begin with the declaration's name, so that two tools with the id 1 give two issues."""
    key = schema.key if "{" in schema.key else f"{{{schema.key}}}"
    return replace(schema, key=f"{name}/{key}")


def _find_problems(declaration: Declaration) -> Iterator[Problem]:
    if not NAME.fullmatch(declaration.name):
        yield Problem("name", "2 to 40 small letters, digits and _: choose such a name")
    if not 1 <= len(declaration.title) <= MAX_TITLE:
        yield Problem("title", f"1 to {MAX_TITLE} characters: shorten it")
    if not (declaration.pulls or declaration.webhook):
        yield Problem("pulls", "neither pulls nor webhook: say where the records come from")
    if not (declaration.issues or declaration.changes):
        yield Problem("issues", "neither issues nor changes: say what a record means")
    if declaration.pulls and not ADDRESS.fullmatch(declaration.base_url):
        yield Problem("base_url", "expected the address of the API, such as https://api.acme.example")
    yield from _find_word_problems(declaration)
    yield from _find_place_problems(declaration)
    yield from _find_endpoint_problems(declaration)
    for name in declaration.site or ():
        if name not in {entry.name for entry in declaration.config}:
            yield Problem(
                "site", f"no field {name!r} in config: name those that say whose ids the records bear"
            )
    names = [listed.name for listed in declaration.pulls]
    if len(set(names)) < len(names):
        yield Problem("pulls", "two lists have one name: cursors are kept by it, so give each its own")


WORD_MEANINGS = {
    "severity": tuple(Severity),
    "status": tuple(status for status in IssueStatus if status != IssueStatus.IN_LOOP),
}


def _find_word_problems(declaration: Declaration) -> Iterator[Problem]:
    for kind, words in declaration.words.items():
        if kind not in WORD_MEANINGS:
            yield Problem(f"words.{kind}", "no such field: the fields are severity, status")
            continue
        for word, meaning in words.items():
            if meaning not in WORD_MEANINGS[kind]:
                expected = ", ".join(WORD_MEANINGS[kind])
                yield Problem(f"words.{kind}.{word}", f"expected one of {expected}")


def _find_endpoint_problems(declaration: Declaration) -> Iterator[Problem]:
    """Token endpoints whose host nobody can tell from the declaration and the configuration."""
    credentials = {entry.name for entry in declaration.credentials}
    for choice in list_ways(declaration.auth):
        if isinstance(choice, GitHubApp) and not PATH.fullmatch(choice.token_path):
            yield Problem("auth.github_app.token_path", "expected a path of the API that begins with one /")
        elif isinstance(choice, OAuth2):
            place, host = "auth.oauth2.token_url", ADDRESS_HOST.match(choice.token_url)
            if not (ADDRESS.fullmatch(choice.token_url) or PATH.fullmatch(choice.token_url)):
                yield Problem(place, "expected https://… or a path of the API that begins with one /")
            elif host and credentials & set(PLACEHOLDER.findall(host[0])):
                yield Problem(place, "a credential cannot be a part of the host: add a field to config")
        elif isinstance(choice, ServiceAccount) and not PLAIN_ADDRESS.fullmatch(choice.token_url):
            yield Problem("auth.service_account.token_url", "expected an address without placeholders")


def _find_place_problems(declaration: Declaration) -> Iterator[Problem]:
    """Placeholders that nothing fills."""
    config = {entry.name for entry in declaration.config}
    lists = {entry.name for entry in declaration.config if entry.type == "list"}
    fillable = config | REQUEST_PLACES
    texts = {"base_url": (declaration.base_url, config)}
    for number, listed in enumerate(declaration.pulls):
        place = f"pulls[{number}]"
        texts[f"{place}.path"] = (listed.path, fillable)
        if listed.for_each is not None and listed.for_each not in lists:
            yield Problem(
                f"{place}.for_each", f"{listed.for_each!r} is not a list of the config: add it there"
            )
        if "://" in listed.path:
            yield Problem(f"{place}.path", "only the path: the address is in base_url")
    for place, (text, names) in texts.items():
        for name in PLACEHOLDER.findall(text):
            if name not in names:
                yield Problem(place, f"nothing fills {{{name}}}: add a field of this name to config")
