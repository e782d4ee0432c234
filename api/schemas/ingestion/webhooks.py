"""What a webhook's sender is told."""

from pydantic import BaseModel


class Delivered(BaseModel):
    """What became of a delivery: it is stored when this is answered."""

    received: int
    new: int
    updated: int
    duplicate: int
    quarantined: int
