"""The audit log."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from api.field_types.instants import Instant
from api.http.pagination import PageRequest

Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class AuditFilters(PageRequest):
    """Filters of the audit log; a repeated filter matches any of its values."""

    actor: list[Text] | None = Field(None, description="Such as `user:<id>` or `service_account:<id>`")
    action: list[Text] | None = Field(None, description="Such as `member.invited`")
    subject: list[Text] | None = Field(None, description="Such as `alert_rule:<id>`")
    at_from: Instant | None = Field(None, description="Entries from this time on")
    at_until: Instant | None = Field(None, description="Entries before this time")


class AuditEntry(BaseModel):
    """Who did what to what, when and from where; entries are never changed."""

    id: UUID
    at: datetime
    actor: str
    actor_name: str | None = Field(
        None, description="Name of that person or key; null: none, or no longer here"
    )
    action: str
    subject: str
    subject_name: str | None = Field(None, description="The same of a person or key that it was done to")
    details: dict[str, Any] = Field(description="What was set; where it replaced something, before and after")
    address: str | None = Field(description="Network address; null: the command line or the pipeline")
