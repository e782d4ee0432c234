"""Uploads."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.connectors.schemas import DisplayName
from api.field_types.texts import TimeZone
from api.http.pagination import PageRequest
from causeloop_pipeline.model.column_fields import COLUMN_FIELDS
from causeloop_pipeline.model.date_order import DateOrder
from causeloop_pipeline.model.upload import UploadStatus

ColumnName = Annotated[str, Field(max_length=300)]


class UploadFilters(PageRequest):
    """Parameters of the list of uploads."""


class UploadedColumn(BaseModel):
    """A column of a file, and what it is read as."""

    column: str
    field: str | None = Field(description="The field of an issue; null: it is kept among the attributes")
    values: list[str] = Field(description="Its first values")


class UploadedDates(BaseModel):
    """How a column of dates is read."""

    field: str
    column: str
    format: str
    is_ambiguous: bool = Field(description="Day and month could be swapped: choose `dates`")


class UploadedExample(BaseModel):
    """An issue as it will be."""

    row: int
    external_id: str | None
    title: str | None
    severity: str | None
    status: str | None
    service: str | None
    error_type: str | None
    team: str | None
    environment: str | None
    source_created_at: datetime | None
    resolved_at: datetime | None


class UploadedProblem(BaseModel):
    """A row that cannot be read."""

    row: int
    column: str | None
    reason: str


class Understanding(BaseModel):
    """What was understood of a file."""

    format: str
    rows: int
    issues: int
    unreadable: int
    no_failures: dict[str, int] = Field(description="Rows that tell of no failure, by the reason")
    problem: str | None = Field(description="Why nothing can be imported, and what to do")
    columns: list[UploadedColumn]
    dates: list[UploadedDates]
    key: str | None = Field(
        description="The column or columns that tell rows apart; null: their content does"
    )
    repeats_ids: bool = Field(description="An id comes again with another start: each row is a firing")
    notes: list[str]
    examples: list[UploadedExample]
    problems: list[UploadedProblem]


class UploadChoices(BaseModel):
    """What a person says of how a file is to be read; the rest is recognized."""

    model_config = ConfigDict(extra="forbid")

    columns: dict[str, ColumnName] = Field(
        default_factory=dict,
        max_length=len(COLUMN_FIELDS),
        description=f"Field → column, or nothing where no column is it: {', '.join(COLUMN_FIELDS)}",
    )
    key: str = Field("", max_length=500, description="A column, or several with commas")
    dates: DateOrder = DateOrder.RECOGNIZED
    timezone: TimeZone | None = Field(None, description="Of dates without an offset; null: the workspace's")


class ImportRequest(BaseModel):
    """Where an upload goes: to a connector that has taken uploads of the same tool, or to a new one."""

    model_config = ConfigDict(extra="forbid")

    connector_id: UUID | None = Field(
        None, description="Of type file_upload: a newer export of one tool updates the issues of the former"
    )
    display_name: DisplayName | None = Field(None, description="Of the new connector; null: the file's name")


class UploadCounts(BaseModel):
    """What an import brought: rows = new + updated + duplicate + unreadable + those that are no failure."""

    rows: int
    new: int
    updated: int
    duplicate: int
    unreadable: int
    no_failures: dict[str, int]


class Upload(BaseModel):
    """A file, what was understood of it, and what its import brought."""

    id: UUID
    file_name: str
    file_bytes: int
    status: UploadStatus
    choices: UploadChoices
    understanding: Understanding
    connector_id: UUID | None
    connector_name: str | None
    counts: UploadCounts | None
    uploaded_by: str
    uploaded_at: datetime
    imported_at: datetime | None
    undone_at: datetime | None
    is_withdrawn: bool = Field(description="Whether a run has taken back what it brought")
