"""The terms in which a connector is declared: plain frozen data that `landing` interprets.

Templates such as `"/repos/{item}/issues"` are filled from the connector's configuration and credentials.
Paths such as `"event.data"` follow nested objects by key and lists by number; `""` is the whole document.
"""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Literal

from causeloop_pipeline.connectors.auth import Auth, Basic, Bearer, Headers, Query
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.pages import (
    LinkPages,
    NextUrlPages,
    NumberedPages,
    OffsetPages,
    OnePage,
    Pages,
    TokenPages,
)
from causeloop_pipeline.connectors.signatures import (
    OWN_SIGNATURE,
    HmacSignature,
    SharedSecret,
    Signature,
)

# A tool's file writes `spec.` before every one of these, wherever it is defined.
__all__ = [
    "BASE_URL",
    "OWN_SIGNATURE",
    "Auth",
    "Basic",
    "Bearer",
    "Category",
    "Condition",
    "Config",
    "Connector",
    "Field",
    "Headers",
    "HmacSignature",
    "LinkPages",
    "NextUrlPages",
    "NumberedPages",
    "OffsetPages",
    "OnePage",
    "Pages",
    "Plan",
    "Pull",
    "Query",
    "RateLimit",
    "Record",
    "RecordSchema",
    "Refresh",
    "SharedSecret",
    "Signature",
    "Since",
    "SqlQuery",
    "Times",
    "TokenPages",
    "Webhook",
    "WebhookEvent",
]

Record = dict[str, Any]
Config = Mapping[str, Any]
Plan = Literal["free", "starter", "growth", "enterprise"]


class Category(StrEnum):
    """The section of the catalog that a tool is listed in."""

    CLOUD_MONITORING = "Cloud & Monitoring"
    PRODUCTIVITY_INCIDENT = "Productivity & Incident"
    CRM_SUPPORT = "CRM & Support"
    DATA = "Data"
    SECURITY = "Security"


class Times(StrEnum):
    """How a tool writes instants; declared per tool, never guessed."""

    ISO = "iso"
    EPOCH_SECONDS = "epoch_seconds"
    EPOCH_MILLISECONDS = "epoch_milliseconds"


@dataclass(frozen=True)
class Field:
    """One thing a person fills in when setting the connector up."""

    name: str
    title: str
    _: KW_ONLY
    help: str = ""
    required: bool = True
    default: Any = None
    pattern: str | None = None
    choices: tuple[str, ...] = ()
    type: Literal["text", "number", "list", "mapping"] = "text"


BASE_URL = Field(
    "base_url",
    "API address",
    help="Only for regional or self-hosted installations.",
    required=False,
    pattern=r"https?://\S+",
)


@dataclass(frozen=True, kw_only=True)
class Since:
    """How to ask only for what is new, and what may be remembered when.

    `field` is the record's time that the filter applies to. An ascending list moves the cursor to the newest
    time page by page; any other only when a window is done, because an unread page may hold older records.
    """

    field: str
    param: str | None = None
    """None: the tool cannot filter; everything is listed, and unchanged records are left out here."""
    template: str = "{since}"
    """May also hold {until} and configuration."""
    until_param: str | None = None
    format: str = Times.ISO
    """A `Times` value, or a strftime pattern in `zone`."""
    zone: str | None = None
    """Configuration field that names the time zone the tool reads the filter in."""
    overlap: timedelta = timedelta(minutes=5)
    ascending: bool = False
    newest_first: bool = False
    """Without a filter: a page without a record of the window is the last."""
    restart_after: int | None = None
    """Ascending: list again from the newest time after so many records, so that none falls between pages."""
    window: timedelta | None = None
    """Longest time span that the tool lists at once."""
    cap: int | None = None
    """Maximum number of records the tool lists for one window; a fuller window is halved."""


@dataclass(frozen=True, kw_only=True)
class RecordSchema:
    """How to read one record: its id, the time of this version, and which records count as failures."""

    key: str = "id"
    """A path, or a template of paths such as "run/{repository.full_name}/{id}"."""
    updated_at: tuple[str, ...] = ("updated_at",)
    """The first of these paths that holds a value."""
    times: Times = Times.ISO
    kind: str = "record"
    keep: Callable[[Record], bool] | None = None
    unless: str | None = None
    """A path that only records have which are no failures, such as a pull request among issues."""
    normalize: bool = False
    """The payload becomes the product's own fields by the configuration's `fields` mapping."""


@dataclass(frozen=True, kw_only=True)
class Refresh:
    """How to read one open record again, for tools whose filter never shows that it was resolved."""

    path: str
    record: str
    ids: str = r"(?P<id>.+)"
    """Which external ids belong to this pull; its named groups fill `path`."""
    limit: int = 200
    """Maximum number per sync; the next sync continues with the others."""


@dataclass(frozen=True, kw_only=True)
class Pull:
    """One list endpoint and how to read all of it."""

    name: str
    path: str
    records: str
    pages: Pages
    schema: RecordSchema = field(default_factory=RecordSchema)
    since: Since | None = None
    params: tuple[tuple[str, str], ...] = ()
    method: Literal["GET", "POST"] = "GET"
    """POST sends `params`, filter and page position as a JSON body."""
    for_each: str | None = None
    """Configuration field that holds a list: the endpoint is read for each entry, {item} in templates."""
    refresh: Refresh | None = None
    optional: bool = False
    """Not every account or token may read it: if it is refused, the other lists are still read."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A condition on a webhook body: the value at `path` is one of `values`, or just exists."""

    path: str
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class WebhookEvent:
    """Where a webhook body holds records, and how to read them."""

    record: str
    """The record, or a list of them."""
    when: Condition | None = None
    """None: whenever `record` is there."""
    schema: RecordSchema = field(default_factory=RecordSchema)
    add: tuple[tuple[str, str], ...] = ()
    """(key, path): what is copied into the record from the body around it."""


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A tool's webhook: one valid signature is enough, and the first matching event is read."""

    events: tuple[WebhookEvent, ...]
    signatures: tuple[Signature, ...] = (OWN_SIGNATURE,)
    delivery_header: str | None = None
    delivery_path: str | None = None
    ignore: tuple[Condition, ...] = ()
    """Pings and the like: answered, not stored."""
    challenge_header: str | None = None
    challenge_answer: str = "verification"
    """One-time check of the address: a GET with this header is answered with its value under this name."""
    setup: str = ""
    """What a person does in the tool to switch the webhook on."""


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """The headers that tell how long to wait: seconds, epoch seconds or epoch milliseconds."""

    remaining: str = "x-ratelimit-remaining"
    reset: str = "x-ratelimit-reset"
    statuses: frozenset[int] = frozenset({429, 503})
    """403 belongs here only where the tool uses it for limits too."""


@dataclass(frozen=True, kw_only=True)
class SqlQuery:
    """Records are rows of the user's own SELECT on PostgreSQL, read by its cursor column."""


@dataclass(frozen=True, kw_only=True)
class Connector:
    """One external tool."""

    name: str
    title: str
    category: Category
    docs_url: str
    plan: Plan
    base_url: str | None = None
    """Template; the configuration's `base_url` replaces it (regional and self-hosted installations)."""
    credentials: tuple[Field, ...] = ()
    config: tuple[Field, ...] = ()
    auth: Auth = None
    headers: tuple[tuple[str, str], ...] = ()
    pulls: tuple[Pull, ...] = ()
    query: SqlQuery | None = None
    webhook: Webhook | None = None
    rate_limit: RateLimit = field(default_factory=RateLimit)
    issues: tuple[IssueMapping, ...] = ()
    """What its issues mean, a mapping for each variant; the first that fits is taken."""
    changes: tuple[ChangeMapping, ...] = ()
    """The same for what it lands as changes."""
    tickets: bool = False
    """Recommendations can be pushed into it as tickets."""
    configure: Callable[[Config], "Connector"] | None = None
    """For tools whose endpoint is itself configuration: the connector that a configuration describes."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """All that a person may configure, credentials apart."""
        return (*self.config, BASE_URL) if self.base_url else self.config
