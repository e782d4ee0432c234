"""The mappings of a tool: one for each variant of its issues and of its changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from causeloop_pipeline.connectors.mapping.expressions import Attributes, Condition, Moment, Source
from causeloop_pipeline.connectors.mapping.occurrences import Occurrences
from causeloop_pipeline.model import change, issue
from causeloop_pipeline.model.issue import FiringStart, Identifies

ISSUE_TEXTS = tuple(name for name in issue.TEXT_FIELDS if name != "external_id")
ISSUE_TIMES = tuple(name for name in issue.TIME_FIELDS if name != "source_updated_at")
CHANGE_TEXTS = ("change_kind", *(name for name in change.TEXT_FIELDS if name != "external_id"))
CHANGE_TIMES = ("changed_at",)


@dataclass(frozen=True, kw_only=True)
class IssueMapping:
    """One variant of a tool's issues: when a payload is of it, and where its fields stand.

    `severity` and `status` are the tool's own words; `model/vendor_words.csv` says what they mean.
    """

    name: str
    identifies: Identifies
    """What the record's id names: one failure, what fails again and again, or a group of failures."""
    when: Condition | None = None
    """None: every payload that no variant before it took."""
    title: Source
    body: Source | None = None
    severity: Source | None = None
    status: Source | None = None
    service: Source | None = None
    error_type: Source | None = None
    team: Source | None = None
    environment: Source | None = None
    external_url: Source | None = None
    source_created_at: Moment | None = None
    firing_start: FiringStart = FiringStart.SEEN
    """What `source_created_at` is in the payloads of a condition."""
    resolved_at: Moment | None = None
    """Looked at only where the status says that the issue has ended."""
    occurrences: Occurrences | None = None
    """Where a group's payload says how often it occurred, and when."""
    job: Source | None = None
    """What is run again and again: the next success of the same job ends its failures."""
    succeeded: Condition | None = None
    """Whether the run was a success: no failure, but the end of those of its job."""
    is_watched: bool = False
    """The job is what a monitor watches: its successes are recoveries, and no runs that could be counted."""
    attributes: Attributes = field(default_factory=dict)
    attributes_from: str | None = None
    """The path of an object whose entries are attributes, all of them."""

    @property
    def texts(self) -> Mapping[str, Source | None]:
        """Every text field with its source."""
        return {name: getattr(self, name) for name in ISSUE_TEXTS}

    @property
    def times(self) -> Mapping[str, Moment | None]:
        """Every time field with its source."""
        return {name: getattr(self, name) for name in ISSUE_TIMES}


@dataclass(frozen=True, kw_only=True)
class ChangeMapping:
    """One variant of a tool's changes: deploys, releases, flags."""

    name: str
    when: Condition | None = None
    change_kind: Source | None = None
    title: Source
    service: Source | None = None
    environment: Source | None = None
    external_url: Source | None = None
    changed_at: Moment | None = None

    @property
    def texts(self) -> Mapping[str, Source | None]:
        """Every text field with its source."""
        return {name: getattr(self, name) for name in CHANGE_TEXTS}

    @property
    def times(self) -> Mapping[str, Moment | None]:
        """Every time field with its source."""
        return {name: getattr(self, name) for name in CHANGE_TIMES}
