"""Who is invoiced for an organization."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.field_types.texts import Email, OneLine, Trimmed


class BillingIdentity(BaseModel):
    """Who is invoiced; null: not given."""

    legal_name: str | None = Field(description="Name of the company or person, as invoices need it")
    address: str | None = Field(description="Postal address, in several lines")
    tax_id: str | None = Field(description="VAT or other tax number")
    email: str | None = Field(description="Where invoices are sent")
    changed_by_name: str | None = Field(description="Name of who changed it last; null: no longer here")
    changed_at: datetime | None = Field(description="When it was changed last; null: never")


class NewBillingIdentity(BaseModel):
    """All of who is invoiced: what is absent or null is removed."""

    model_config = ConfigDict(extra="forbid")

    legal_name: Annotated[str, OneLine(300)] | None = None
    address: Annotated[str, Trimmed(1_000)] | None = None
    tax_id: Annotated[str, OneLine(60)] | None = None
    email: Email | None = None
