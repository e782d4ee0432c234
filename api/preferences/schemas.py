"""Saved views and notifications."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.field_types.texts import Trimmed
from causeloop_pipeline.model.notification import NotificationKind

MAX_VIEWS, MAX_FILTERS = 50, 20

FilterName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
FilterValue = Annotated[str, StringConstraints(min_length=1, max_length=200)]
NamedValue = Annotated[str, StringConstraints(min_length=1, max_length=250)]
FilterValues = Annotated[list[NamedValue], Field(min_length=1, max_length=MAX_FILTERS)]


class SavedView(BaseModel):
    """The filters of a list under a name."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Trimmed(60)]
    filters: dict[FilterName, FilterValue | FilterValues] = Field(
        max_length=MAX_FILTERS, json_schema_extra={"additionalProperties": False}
    )


Views = Annotated[list[SavedView], Field(max_length=MAX_VIEWS)]


class SavedViews(BaseModel):
    """The caller's saved views in this workspace, by list."""

    model_config = ConfigDict(extra="forbid")

    issues: Views = []
    patterns: Views = []


class Notification(BaseModel):
    """Something new in the workspace."""

    kind: NotificationKind
    at: datetime
    subject: str = Field(description="Name of what it is about")
    detail: str = Field(description="What is new, as a sentence")
    item_id: UUID | None = Field(description="The connector, recommendation or pattern; null: several")


class Notifications(BaseModel):
    """The notifications of the last 30 days, the newest first."""

    seen_at: datetime | None = Field(description="Until when the caller has seen them; null: never looked")
    data: list[Notification]
