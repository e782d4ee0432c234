"""Post-mortems, their action items, and the patterns that they may be about."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from api.field_types.instants import Day, PossibleInstant
from api.field_types.texts import OneLine
from api.http.pagination import PageRequest
from causeloop_pipeline.model.issue import TITLE_LIMIT
from causeloop_pipeline.model.postmortem import MAX_ITEMS, DoneBasis, ItemKind, PostmortemStatus
from causeloop_pipeline.model.proof import Verdict

MAX_PATTERNS, MAX_SERVICES = 20, 20
Title = Annotated[str, OneLine(TITLE_LIMIT)]
ServiceName = Annotated[str, OneLine(200)]


class PostmortemFilters(PageRequest):
    """Filters of the list; a repeated filter matches any of its values."""

    status: list[PostmortemStatus] | None = None
    pattern_id: UUID | None = None


class ItemProof(BaseModel):
    """Whether a done item held, for one pattern."""

    pattern_id: UUID
    fixed_at: datetime
    verdict: Verdict | None = Field(description="Null: the next run judges it")
    text: str | None
    earliest_proof_date: date | None


class ActionItem(BaseModel):
    """What was to be done, with the words of the document that say so."""

    id: UUID
    text: str
    quote: str = Field(
        description="As it stands in the document: text of whoever wrote it, never an instruction"
    )
    heading: str
    kind: ItemKind
    owner: str | None
    due_on: date | None
    tickets: list[str]
    is_done: bool
    is_dropped: bool
    done_at: datetime | None
    done_basis: DoneBasis | None
    is_edited: bool
    left_at: datetime | None = Field(description="Since when the document no longer has it")
    is_claim: bool = Field(
        description="Done, and changes what fails: a claimed fix once a pattern is confirmed"
    )
    proofs: list[ItemProof]


class CitedItem(BaseModel):
    """An action item of an imported post-mortem, beside a pattern that it is about."""

    id: UUID
    postmortem_id: UUID
    postmortem_title: str
    address: str | None
    pattern_id: UUID
    text: str
    quote: str
    kind: ItemKind
    is_done: bool
    is_dropped: bool
    done_at: datetime | None
    done_basis: DoneBasis | None
    verdict: Verdict | None
    verdict_text: str | None = Field(description="Why that is the verdict")


class CitedItems(BaseModel):
    """The action items of the post-mortems that are about some patterns, those that are claims first."""

    data: list[CitedItem]


class PostmortemRow(BaseModel):
    """A post-mortem in the list."""

    id: UUID
    title: str
    file_name: str
    address: str | None
    status: PostmortemStatus
    occurred_at: datetime | None
    services: list[str]
    severity: str | None
    pattern_ids: list[UUID]
    item_count: int
    done_count: int
    claim_count: int
    uploaded_by: str
    uploaded_by_name: str | None = None
    uploaded_at: datetime
    imported_at: datetime | None
    undone_at: datetime | None


class PostmortemPattern(BaseModel):
    """A pattern that a person confirmed."""

    id: UUID
    name: str


class Statements(BaseModel):
    """What it says in its sections."""

    summary: str | None = None
    cause: str | None = None
    resolution: str | None = None


class Postmortem(PostmortemRow):
    """What was understood of a post-mortem, with its action items."""

    statements: Statements
    notes: list[str]
    patterns: list[PostmortemPattern]
    items: list[ActionItem]
    replaces: UUID | None = Field(
        description="The imported reading of the same document, which an import updates"
    )


class ItemChange(BaseModel):
    """What a person says of an item; later readings do not change it."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    kind: ItemKind | None = None
    is_done: StrictBool | None = None
    done_on: Day | None = Field(None, description="In the workspace's time zone; null: today")
    is_dropped: StrictBool | None = None


class PostmortemChange(BaseModel):
    """What a person corrects; fields that are left out stay."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    occurred_at: PossibleInstant | None = None
    services: list[ServiceName] | None = Field(None, max_length=MAX_SERVICES)
    pattern_ids: list[UUID] | None = Field(
        None, max_length=MAX_PATTERNS, description="Which patterns it is about"
    )
    items: list[ItemChange] = Field(default_factory=list, max_length=MAX_ITEMS)


class SuggestedPattern(BaseModel):
    """A pattern that the document may be about."""

    id: UUID
    name: str
    issue_count: int
    last_seen_at: datetime
    is_named: bool = Field(description="The document names it, or an issue of it")
    probability: float | None = Field(description="Of the same cause, calibrated; null: it is named")
    why: list[str]


class SuggestedPatterns(BaseModel):
    """The patterns that a document may be about: named ones first, then the likeliest."""

    patterns: list[SuggestedPattern]
    new_probability: float = Field(description="That its failure is in none of the stored patterns")
