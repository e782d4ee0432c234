"""Comments and closings in trackers, and their precision."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from api.http.pagination import PageRequest
from causeloop_pipeline.model.tracker_act import TrackerActKind, TrackerActMode, TrackerActStatus


class TrackerActFilters(PageRequest):
    """Filters of the list; a repeated filter matches any of its values."""

    kind: list[TrackerActKind] | None = None
    status: list[TrackerActStatus] | None = None
    is_judged: bool | None = None


class TrackerAct(BaseModel):
    """A comment or a closing: done in the tracker, or only listed."""

    id: UUID
    kind: TrackerActKind
    status: TrackerActStatus
    issue_id: UUID
    issue_title: str | None
    issue_url: str | None
    pattern_id: UUID
    pattern_name: str | None
    connector_id: UUID
    place: str
    body: str
    external_url: str | None
    error: str | None
    decided_at: datetime
    is_right: bool | None
    judged_by: str | None
    judged_by_name: str | None = None
    judged_at: datetime | None


class TrackerActJudgement(BaseModel):
    """Whether it was right to do it, or would have been; null takes a judgement back."""

    model_config = ConfigDict(extra="forbid")

    is_right: StrictBool | None


class TrackerActPrecision(BaseModel):
    """How often one kind of act was right, as far as it was judged."""

    kind: TrackerActKind
    mode: TrackerActMode
    decided: int
    judged: int
    right: int
    precision: float | None = Field(description="Share of the judged ones that was right; null: none is")
    precision_low: float
    needed: float
    may_be_live: bool


class TrackerActPrecisions(BaseModel):
    """The precision of each kind of act."""

    kinds: list[TrackerActPrecision]
