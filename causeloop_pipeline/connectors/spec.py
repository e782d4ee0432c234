"""The terms in which a connector is declared: plain frozen data that `landing` interprets.

Templates such as `"/repos/{item}/issues"` are filled from the connector's configuration and credentials.
Paths such as `"event.data"` follow nested objects by key and lists by number; `""` is the whole document.
"""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum
from typing import Any, Literal

from causeloop_pipeline.connectors.auth import (
    Anonymous,
    Auth,
    AwsSignature,
    Basic,
    Bearer,
    FirstOf,
    FormFields,
    GitHubApp,
    Headers,
    KeyedHash,
    OAuth2,
    Query,
    ServiceAccount,
    entra_app,
)
from causeloop_pipeline.connectors.mapping.expressions import TimeFormat
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.pages import (
    LastRecordPages,
    LinkPages,
    NextUrlPages,
    NumberedPages,
    OffsetPages,
    OnePage,
    Pages,
    PathPages,
    RangePages,
    TokenPages,
)
from causeloop_pipeline.connectors.pulls import (
    FARTHEST_ZONE,
    Details,
    Param,
    Parents,
    Pull,
    Record,
    RecordSchema,
    Refresh,
    Since,
    Supplement,
)
from causeloop_pipeline.connectors.signatures import (
    OWN_SIGNATURE,
    BasicSecret,
    DsnKey,
    HmacSignature,
    JwtSignature,
    SharedSecret,
    Signature,
    SnsSignature,
    UrlSecret,
)
from causeloop_pipeline.connectors.webhooks import Condition, IdsOnly, Webhook, WebhookEvent

# A tool's file writes `spec.` before every one of these, wherever it is defined.
__all__ = [
    "BASE_URL",
    "FARTHEST_ZONE",
    "HOST",
    "HOST_AND_PORT",
    "HOST_LABEL",
    "HOST_LABELS",
    "OWN_SIGNATURE",
    "Anonymous",
    "Auth",
    "AwsSignature",
    "Basic",
    "BasicSecret",
    "Bearer",
    "BodyError",
    "Category",
    "Condition",
    "Config",
    "Connector",
    "Details",
    "DsnKey",
    "Field",
    "Files",
    "FirstOf",
    "FormFields",
    "GitHubApp",
    "Headers",
    "HmacSignature",
    "IdsOnly",
    "JwtSignature",
    "KeyedHash",
    "LastRecordPages",
    "LinkPages",
    "NextUrlPages",
    "NumberedPages",
    "OAuth2",
    "OffsetPages",
    "OnePage",
    "Pages",
    "Param",
    "Parents",
    "PathPages",
    "Pull",
    "Query",
    "RangePages",
    "RateLimit",
    "Record",
    "RecordSchema",
    "Refresh",
    "ServiceAccount",
    "SharedSecret",
    "Signature",
    "Since",
    "SnsSignature",
    "SqlQuery",
    "Supplement",
    "TimeFormat",
    "TokenPages",
    "UrlSecret",
    "Webhook",
    "WebhookEvent",
    "entra_app",
]

Config = Mapping[str, Any]


class Category(StrEnum):
    """The section of the catalog that a tool is listed in."""

    CLOUD_MONITORING = "Cloud & Monitoring"
    PRODUCTIVITY_INCIDENT = "Productivity & Incident"
    CRM_SUPPORT = "CRM & Support"
    DATA = "Data"
    SECURITY = "Security"


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
    unless: str = ""
    """Another field: where that one is filled, this one may be empty although it is required."""


_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST_LABEL = _LABEL
"""For a value that becomes one label of a host: the vendor's own domain follows it."""
HOST_LABELS = rf"{_LABEL}(?:\.{_LABEL})*"
"""The same where vendors write a region behind the name, such as acme.eu."""
HOST = HOST_LABELS
"""For a value that is the whole host. With another one the credentials must be entered again."""
HOST_AND_PORT = rf"{HOST}(?::[0-9]{{1,5}})?"

BASE_URL = Field(
    "base_url",
    "API address",
    help="Only for regional or self-hosted installations.",
    required=False,
    pattern=r"https?://\S+",
)


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """The headers that tell how long to wait: seconds, epoch seconds or epoch milliseconds."""

    remaining: str = "x-ratelimit-remaining"
    reset: str = "x-ratelimit-reset"
    statuses: frozenset[int] = frozenset({429, 503})
    """403 belongs here only where the tool uses it for limits too."""


@dataclass(frozen=True, kw_only=True)
class BodyError:
    """An error that a tool reports in the body, whatever the status of its answer.

    It is one where `path` holds anything but null, false, 0 or nothing, and `matches`, if given, is in it.
    """

    path: str
    matches: str | None = None
    """A regular expression, whatever its case, in the text of what the path holds."""
    then: Literal["retry", "refuse", "empty"] = "refuse"
    """retry: as after a 503, such as a rate limit; refuse: the request itself is wrong; empty: a refusal that
    says that the list holds nothing."""


@dataclass(frozen=True, kw_only=True)
class SqlQuery:
    """Records are rows of the user's own SELECT, or of a preset's, read by a cursor column."""

    engine: str = "postgresql"
    """One of `landing/polling/sql/engines.py`."""
    dialect: str = "postgres"
    """The words of sqlglot in which a query is checked and written."""
    origin: str = "sql://{host}:{port}?sslmode={sslmode}"
    """Template of what the credentials belong to."""


@dataclass(frozen=True, kw_only=True)
class Files:
    """Records are the rows of files, each read when it has arrived or changed."""

    place: Literal["folder", "store", "upload"]
    """A folder that the operator has given the workspace, an object store, or only people's uploads."""
    origin: str = "files://"


@dataclass(frozen=True, kw_only=True)
class Connector:
    """One external tool."""

    name: str
    title: str
    category: Category
    docs_url: str
    plan: str  # the lowest that includes it, a PlanName
    base_url: str | None = None
    """Template; the configuration's `base_url` replaces it (regional and self-hosted installations)."""
    credentials: tuple[Field, ...] = ()
    config: tuple[Field, ...] = ()
    auth: Auth = None
    headers: tuple[tuple[str, str], ...] = ()
    pulls: tuple[Pull, ...] = ()
    query: SqlQuery | None = None
    files: Files | None = None
    webhook: Webhook | None = None
    rate_limit: RateLimit = field(default_factory=RateLimit)
    body_errors: tuple[BodyError, ...] = ()
    """The first that fits decides; GraphQL answers with `errors` are refused without one."""
    issues: tuple[IssueMapping, ...] = ()
    """What its issues mean, a mapping for each variant; the first that fits is taken."""
    changes: tuple[ChangeMapping, ...] = ()
    """The same for what it lands as changes."""
    site: tuple[str, ...] | None = None
    """Fields that say, beside the address, whose ids its records bear: account, organization, database.

    Empty: the address says it, since no two accounts there use an id twice. None: the address says it where
    it contains what has to be filled in; elsewhere only the credentials know the account, and a second
    connector there is of a site of its own unless its owner says otherwise.
    """
    tickets: bool = False
    """Recommendations can be pushed into it as tickets."""
    configure: Callable[[Config], "Connector"] | None = None
    """For tools whose endpoint is itself configuration: the connector that a configuration describes."""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What its words for severity and status mean, where `model/vendor_words.csv` does not know the tool."""

    @property
    def is_polled(self) -> bool:
        """Whether there is anything to poll, as far as the declaration tells without a configuration."""
        return self.is_read or self.configure is not None

    @property
    def is_read(self) -> bool:
        """Whether there is anything to poll, once a configuration has been resolved."""
        is_looked_for = self.files is not None and self.files.place != "upload"
        return bool(self.pulls or self.query or is_looked_for)

    @property
    def fields(self) -> tuple[Field, ...]:
        """All that a person may configure, credentials apart."""
        has_own_address = any(field.name == BASE_URL.name for field in self.config)
        return (*self.config, BASE_URL) if self.base_url and not has_own_address else self.config

    def resolve(self, config: Config) -> "Connector":
        """The connector that a declaration in the configuration describes; without one, this connector."""
        return self.configure(config) if self.configure and config.get("declaration") else self
