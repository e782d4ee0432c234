"""What can be taken along."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Entity(StrEnum):
    """A list to export."""

    ISSUES = "issues"
    PATTERNS = "patterns"
    PREDICTIONS = "predictions"
    RECOMMENDATIONS = "recommendations"


class ExportFormat(StrEnum):
    """How rows are written."""

    JSONL = "jsonl"
    CSV = "csv"


class ExportRequest(BaseModel):
    """Which list, in which format."""

    model_config = ConfigDict(extra="forbid")

    entity: Entity = Entity.ISSUES
    format: ExportFormat = ExportFormat.JSONL
