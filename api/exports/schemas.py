"""Exports of lists."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Entity(StrEnum):
    """The list to export."""

    ISSUES = "issues"
    OCCURRENCES = "occurrences"
    PATTERNS = "patterns"
    PREDICTIONS = "predictions"
    RECOMMENDATIONS = "recommendations"
    AUDIT = "audit"


class ExportFormat(StrEnum):
    """The file format."""

    JSONL = "jsonl"
    CSV = "csv"


class ExportRequest(BaseModel):
    """The list and the file format."""

    model_config = ConfigDict(extra="forbid")

    entity: Entity = Entity.ISSUES
    format: ExportFormat = ExportFormat.JSONL
