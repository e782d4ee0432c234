"""Connectors that people declare themselves, as YAML."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.connectors.schemas import SampleRecord

MAX_WRITTEN = 200_000


class ConnectorDeclaration(BaseModel):
    """A connector type of this workspace's own."""

    name: str
    title: str
    written: str = Field(description="The YAML as it was entered")
    connectors: int = Field(description="How many connectors use it")
    updated_by: str
    created_at: datetime
    updated_at: datetime


class NewDeclaration(BaseModel):
    """A declaration to store; one of the same name is replaced, also in the connectors that follow it."""

    model_config = ConfigDict(extra="forbid")

    written: str = Field(min_length=1, description="The YAML")


class DeclarationTrial(BaseModel):
    """A declaration to try, and what a tool sent: an answer of its API, a record or a webhook's body."""

    model_config = ConfigDict(extra="forbid")

    written: str = Field(min_length=1, description="The YAML")
    sample: Any = Field(None, description="A JSON document of the tool; nothing is stored of it")


class DeclarationProblem(BaseModel):
    """What must be changed."""

    field: str
    line: int | None
    detail: str


class DeclarationCheck(BaseModel):
    """What is wrong with a declaration, or what it makes of the sample, at most three records."""

    ok: bool
    name: str | None
    title: str | None
    problems: list[DeclarationProblem]
    records: int = Field(description="How many records of the sample became issues or changes")
    refused: list[str] = Field(description="Why other records of the sample did not, at most three")
    samples: list[SampleRecord]
