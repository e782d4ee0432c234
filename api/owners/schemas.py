"""Owners, and the CODEOWNERS files that name them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from api.field_types.texts import OneLine
from api.http.pagination import PageRequest
from causeloop_pipeline.model.owner import OwnedKind, OwnerSource

MAX_CODE_OWNERS = 200_000
Repository = Annotated[str, OneLine(200)]


class Owner(BaseModel):
    """Whom to tell: who owns a service, pattern or recommendation."""

    name: str | None = Field(description="A person, team or handle; null: nobody is named")
    contact: str | None = Field(description="How to reach the owner, such as a channel or an address")
    repository: str | None = Field(None, description="The repository of the service: tickets go there")
    source: OwnerSource = Field(description="How the owner is known")
    item_kind: OwnedKind = Field(description="What is owned: a pattern's owner may be that of its service")


class StoredOwner(Owner):
    """An owner as one source names it."""

    id: UUID
    item: str = Field(description="The name of the service, or the id of the pattern or recommendation")
    title: str | None = Field(description="What the item is called; null: it is gone")
    changed_at: datetime


class OwnerFilters(PageRequest):
    """Filters of the list of owners."""

    item_kind: list[OwnedKind] | None = None
    item: str | None = Field(None, max_length=300, description="The service, or the id of what is owned")
    owner: list[str] | None = Field(None, description="What these own")


class OwnerRequest(BaseModel):
    """Which owner is looked for."""

    model_config = ConfigDict(extra="forbid")

    item_kind: OwnedKind
    item: str = Field(min_length=1, max_length=300, description="The service, or the id of what is owned")


class OwnerAnswer(BaseModel):
    """Who owns an item."""

    owner: Owner | None = Field(description="Null: nobody is named")


class OwnerNames(BaseModel):
    """The names of all owners."""

    data: list[str]


class NewOwner(BaseModel):
    """Who owns an item; without a name and a repository, what was set by hand counts no more."""

    model_config = ConfigDict(extra="forbid")

    item_kind: OwnedKind
    item: Annotated[str, OneLine(300)] = Field(description="The service, or the id of what is owned")
    name: Annotated[str, OneLine(200)] | None = None
    contact: Annotated[str, OneLine(200)] | None = None
    repository: Repository | None = None


class CodeOwners(BaseModel):
    """A CODEOWNERS file."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=MAX_CODE_OWNERS, description="What the file holds")
    repository: Repository | None = Field(
        None, description="The repository that the file is of: tickets of its services go there"
    )
    save: StrictBool = Field(False, description="Whether to store the owners, or only to say who they are")


class CodeOwnersRequest(BaseModel):
    """The repository whose CODEOWNERS file is read."""

    model_config = ConfigDict(extra="forbid")

    connector_id: UUID
    repository: Repository


class CodeOwnersFile(BaseModel):
    """A CODEOWNERS file as its repository has it."""

    path: str
    text: str


class ServiceOwner(BaseModel):
    """A service with its owner, and the line of the file that says so."""

    service: str
    owner: str
    line: int
    pattern: str = Field(description="What the line is about")


class UnderstoodCodeOwners(BaseModel):
    """What a CODEOWNERS file says of the services that issues name."""

    services: list[ServiceOwner]
    rules: int = Field(description="How many rules the file has")
    without_owner: list[str] = Field(description="Services that no rule names")
    saved: bool
