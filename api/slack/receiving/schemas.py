"""What Slack is answered."""

from typing import Literal

from pydantic import BaseModel, Field


class Acknowledgement(BaseModel):
    """Slack's own check is answered with its challenge; all else with nothing."""

    challenge: str | None = Field(None, description="What Slack sent to check the address")


class CommandAnswer(BaseModel):
    """What whoever typed the command sees, and nobody else."""

    response_type: Literal["ephemeral"]
    text: str
