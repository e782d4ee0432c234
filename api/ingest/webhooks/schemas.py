"""Inbound webhook deliveries."""

from pydantic import BaseModel, Field


class DeliveryResult(BaseModel):
    """The result of a delivery: received = new + updated + duplicate + quarantined."""

    received: int
    new: int
    updated: int
    duplicate: int
    quarantined: int = Field(description="Records that could not be understood, kept for inspection")
    ok: bool = Field(default=True, description="It was stored: tools that post to a chat look for this word")
