"""Inbound webhook deliveries."""

from pydantic import BaseModel, Field


class DeliveryResult(BaseModel):
    """The result of a delivery: received = new + updated + duplicate + quarantined."""

    received: int
    new: int
    updated: int
    duplicate: int
    quarantined: int = Field(description="Records that could not be understood, kept for inspection")
