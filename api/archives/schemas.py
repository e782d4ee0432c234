"""Archives of a whole workspace."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from causeloop_pipeline.model.recompute import ArchiveStatus


class Archive(BaseModel):
    """An archive, which is handed out for two days."""

    id: UUID
    status: ArchiveStatus
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    bytes: int | None = Field(description="Size of the file; null: it is not ready")
    sha256: str | None = Field(description="Checksum of the file, in hexadecimal")
    rows: int | None
    error: str | None = Field(description="Why it could not be written")
