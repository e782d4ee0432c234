"""An issue: one failure event, from any source."""

from dataclasses import KW_ONLY, dataclass

from causeloop_pipeline.model.vocabulary import Vocabulary

TITLE_LIMIT = 300
VISIBLE = r"[^\s\x1c-\x1f\x85\ufeff]"
"""A visible character, as a regular expression that Python and JavaScript both understand."""


class Severity(Vocabulary):
    """How bad a failure is, p1 being critical."""

    P1 = "p1", "", "critical"
    P2 = "p2", "", "high"
    P3 = "p3", "", "medium"
    P4 = "p4", "", "low"


class IssueStatus(Vocabulary):
    """The status of an issue; `in_loop` means that it is analysed as part of a pattern."""

    OPEN = "open"
    IN_LOOP = "in_loop"
    MITIGATING = "mitigating"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Identifies(Vocabulary):
    """What an id of a tool names, which says when a failure is another one and when the same."""

    EVENT = "event", "", "one failure, such as a ticket, an incident or a run; reopened, it occurs again"
    CONDITION = "condition", "", "what may fail, such as a monitor or an alert; each firing is an issue"
    GROUP = "group", "", "failures that the tool has grouped, counted by hour or day"


class FiringStart(Vocabulary):
    """What a condition's payload says of when its firing began."""

    STATED = "stated", "", "the start of the firing, the same in each of its payloads, the recovery included"
    CHANGED = "changed", "", "when the state changed or was checked: the recovery has a time of its own"
    SEEN = "seen", "", "nothing: a firing begins with the first payload that tells of it"


OPEN_STATUSES = (IssueStatus.OPEN, IssueStatus.IN_LOOP, IssueStatus.MITIGATING)
DEFAULT_SEVERITY = Severity.P3
DEFAULT_SOURCE = "custom_api"
OTLP_SOURCE, CLOUD_EVENTS_SOURCE = "otlp", "cloudevents"
"""Of issues that programs send by a standard, without a connector."""


@dataclass(frozen=True)
class IssueField:
    """A text field of an issue: its maximum length, what it means, and how it is used."""

    name: str
    max_length: int
    description: str
    _: KW_ONLY
    is_editable: bool = True
    """Whether people may correct it."""
    is_compared: bool = True
    """Whether grouping uses it."""
    is_facet: bool = False
    """Whether many issues share its values: lists filter by it, and forms suggest its values."""

    @property
    def label(self) -> str:
        """Its name for people."""
        return self.name.replace("_", " ").capitalize()


ISSUE_FIELDS = (
    IssueField("external_id", 512, "Its id in the tool it comes from", is_editable=False, is_compared=False),
    IssueField("title", TITLE_LIMIT, "In a line"),
    IssueField("body", 1_000_000, "The long description, a stack trace for example"),
    IssueField("severity", 200, "From p1, critical, to p4", is_compared=False),
    IssueField("status", 200, "How it is", is_compared=False),
    IssueField("service", 200, "The service that it concerns", is_facet=True),
    IssueField("error_type", 200, "The class of the error, such as TimeoutError", is_facet=True),
    IssueField("team", 200, "The team that it concerns", is_facet=True),
    IssueField("environment", 200, "Where it runs, such as production", is_facet=True),
    IssueField(
        "external_url", 2_000, "Where it is in the tool it comes from", is_editable=False, is_compared=False
    ),
)
"""The texts of an issue under the product's own names: what is mapped, sent, stored, listed and edited."""

TEXT_FIELDS = tuple(field.name for field in ISSUE_FIELDS)
TIME_FIELDS = ("source_created_at", "source_updated_at", "resolved_at")
CHOICES = {"severity": tuple(Severity), "status": tuple(IssueStatus)}
EDITABLE_FIELDS = tuple(field.name for field in ISSUE_FIELDS if field.is_editable)
EDITABLE_TEXTS = tuple(name for name in EDITABLE_FIELDS if name not in {"title", *CHOICES})
"""Those that may also be empty."""

COMPARED_FIELDS = tuple(field.name for field in ISSUE_FIELDS if field.is_compared)
FACETS = tuple(field.name for field in ISSUE_FIELDS if field.is_facet)

VERSION_ATTRIBUTES = ("version", "release", "service.version", "service_version", "app_version")
"""Attributes in which tools say which version failed; the first that an issue has counts."""
