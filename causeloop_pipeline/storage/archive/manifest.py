"""The manifest of an archive: what it holds, how many rows, and the checksum of every file."""

import re
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

FORMAT, VERSION = "causeloop workspace", 1
MANIFEST, WORKSPACE, PEOPLE = "manifest.json", "workspace.json", "people.json"
BILLING = "billing.json"
"""In what the operator exports alone: admins, who may export as well, do not see it."""
PART_NAME = re.compile(r"tables/[a-z]+\.[a-z_]+/[0-9]{5}\.parquet")
MAX_ROWS_PER_PART = 20_000
MAX_BYTES_PER_PART = 256_000_000


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class File(_Strict):
    """A file of the archive."""

    name: str = Field(max_length=200)
    bytes: int = Field(ge=0, le=MAX_BYTES_PER_PART)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    rows: int = Field(0, ge=0, le=MAX_ROWS_PER_PART)


class TableEntry(_Strict):
    """A table's columns by name, with PostgreSQL's types, and its files in order."""

    name: str = Field(max_length=100)
    columns: dict[str, str] = Field(max_length=200)
    rows: int = Field(ge=0)
    parts: list[File] = Field(max_length=100_000)


class Manifest(_Strict):
    """The contents of an archive."""

    format: str
    version: int
    schema_revision: str = Field(max_length=40)
    created_at: datetime
    workspace_id: UUID
    documents: list[File] = Field(max_length=10)
    tables: list[TableEntry] = Field(max_length=200)

    def list_files(self) -> list[File]:
        """Every file but the manifest."""
        return [*self.documents, *(part for table in self.tables for part in table.parts)]


class WorkspaceEntry(_Strict):
    """The workspace itself."""

    name: str = Field(min_length=1, max_length=200)
    slug: str = Field(max_length=100)
    timezone: str = Field(max_length=100)


class BillingEntry(_Strict):
    """Who is invoiced for the organization; an import leaves that of its own organization as it is."""

    legal_name: str | None = Field(None, max_length=300)
    address: str | None = Field(None, max_length=1_000)
    tax_id: str | None = Field(None, max_length=60)
    email: str | None = Field(None, max_length=320)


class PersonEntry(_Strict):
    """A person named in rows of the archive."""

    user_id: UUID
    email: str = Field(pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$", max_length=320)
    name: str | None = Field(None, max_length=300)
    role: str = Field(pattern="^(viewer|analyst|admin|owner)$")


class People(_Strict):
    """The members of a workspace."""

    members: list[PersonEntry] = Field(max_length=100_000)
