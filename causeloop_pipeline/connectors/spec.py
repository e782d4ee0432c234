"""The vocabulary in which a connector is declared: plain frozen data that `landing` interprets.

Templates such as `"/repos/{each}/issues"` are filled from the connector's configuration and credentials.
Paths such as `"event.data"` walk nested objects by key and lists by number; `""` is the whole document.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Literal

from causeloop_pipeline.connectors.auth import Auth, Basic, Bearer, Headers, Query
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

# A tool's file reads `spec.` before every word of the vocabulary, wherever it is defined.
__all__ = [
    "BASE_URL",
    "OWN_SIGNATURE",
    "Auth",
    "Basic",
    "Bearer",
    "Category",
    "Config",
    "Connector",
    "Event",
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
    "Refresh",
    "Shape",
    "SharedSecret",
    "Signature",
    "Since",
    "SqlQuery",
    "Times",
    "TokenPages",
    "Webhook",
    "When",
]

Record = dict[str, Any]
Config = Mapping[str, Any]
Plan = Literal["free", "starter", "growth", "enterprise"]


class Category(StrEnum):
    """The shelf a tool stands on in the catalog."""

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
    help: str = ""
    required: bool = True
    default: Any = None
    pattern: str | None = None
    choices: tuple[str, ...] = ()
    type: Literal["text", "number", "list", "mapping"] = "text"


BASE_URL = Field(
    "base_url",
    "API address",
    "Only for regional or self-hosted installations.",
    required=False,
    pattern=r"https?://\S+",
)


@dataclass(frozen=True)
class Since:
    """How to ask only for what is new, and what may be remembered when.

    `field` is the record's time that the filter looks at. Ascending walks remember the newest time page by
    page; all others only when a window is done, because an unread page may hold older records.
    """

    field: str
    param: str | None = None
    """None: the tool cannot filter; all is listed and what has not changed is left out here."""
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
    """Without a filter: a page that holds nothing newer than what was asked for is the last."""
    restart_after: int | None = None
    """Ascending: begin anew from the newest time seen after so many records, lest one slips between pages."""
    window: timedelta | None = None
    """Longest span the tool answers for at once."""
    cap: int | None = None
    """Most records the tool gives for one window; a fuller window is halved."""


@dataclass(frozen=True)
class Shape:
    """How one record reads: its id, the time of this version, and which records count as failures."""

    key: str = "id"
    """A path, or a template of paths such as "run/{repository.full_name}/{id}"."""
    updated_at: tuple[str, ...] = ("updated_at",)
    """The first of these paths that holds a value."""
    times: Times = Times.ISO
    kind: str = "record"
    keep: Callable[[Record], bool] | None = None
    unless: str | None = None
    """A path whose presence marks what is no failure, such as a pull request among issues."""
    normalize: bool = False
    """The payload becomes the product's own fields by the configuration's `fields` mapping."""


@dataclass(frozen=True)
class Refresh:
    """Read one known open record again, for tools whose filter never shows that it was resolved."""

    path: str
    record: str
    ids: str = r"(?P<id>.+)"
    """Which external ids belong to this pull; its named groups fill `path`."""
    limit: int = 200
    """At most so many per sync; the next sync goes on with the others."""


@dataclass(frozen=True)
class Pull:
    """One list endpoint and how to walk it."""

    name: str
    path: str
    records: str
    pages: Pages
    shape: Shape = field(default_factory=Shape)
    since: Since | None = None
    params: tuple[tuple[str, str], ...] = ()
    method: Literal["GET", "POST"] = "GET"
    """POST sends `params`, filter and page position as a JSON body."""
    each: str | None = None
    """Configuration list to repeat the walk for; its value is {each} in templates."""
    refresh: Refresh | None = None
    optional: bool = False
    """What not every account or token may read: where it is refused, the other lists are read even so."""


@dataclass(frozen=True)
class When:
    """A condition on a webhook body: the value at `path` is one of `values`, or just exists."""

    path: str
    values: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Event:
    """Where a webhook body holds records and how they read."""

    record: str
    """The record, or a list of them."""
    when: When | None = None
    """None: whenever `record` is there."""
    shape: Shape = field(default_factory=Shape)
    add: tuple[tuple[str, str], ...] = ()
    """(key, path): what the record takes over from around it."""


@dataclass(frozen=True)
class Webhook:
    """A tool's pushes: any one valid signature opens the door, the first matching event is read."""

    events: tuple[Event, ...]
    signatures: tuple[Signature, ...] = (OWN_SIGNATURE,)
    delivery_header: str | None = None
    delivery_path: str | None = None
    ignore: tuple[When, ...] = ()
    """Pings and the like: answered, not kept."""
    challenge_header: str | None = None
    challenge_answer: str = "verification"
    """One-time check: a GET with this header is answered with its value under this name."""
    setup: str = ""
    """What a person does in the tool to switch the webhook on."""


@dataclass(frozen=True)
class RateLimit:
    """Where the tool says how long to wait; seconds, epoch seconds and milliseconds are told by size."""

    remaining: str = "x-ratelimit-remaining"
    reset: str = "x-ratelimit-reset"
    statuses: frozenset[int] = frozenset({429, 503})
    """403 belongs here only where the tool uses it for limits too."""


@dataclass(frozen=True)
class SqlQuery:
    """Records are rows of the user's own SELECT, read by its cursor column."""

    dialect: Literal["postgres"] = "postgres"


@dataclass(frozen=True)
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
    tickets: bool = False
    """Recommendations can be pushed into it as tickets."""
    configure: Callable[[Config], "Connector"] | None = None
    """For tools whose walk is itself configuration: the connector that a configuration describes."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """All that a person may configure, credentials apart."""
        return (*self.config, BASE_URL) if self.base_url else self.config
