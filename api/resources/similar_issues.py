"""Ranks the issues most like one, and weighs two of them, by the same pair score that grouping uses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

TIMES = ("source_created_at", "source_updated_at", "resolved_at")


def likeness(candidates: Sequence[dict[str, Any]], issue_id: str, other_id: str) -> float:
    """How likely two candidates have one cause, as the search for similar issues tells it; 0: unlike."""
    ranked = most_similar(candidates, issue_id, len(candidates))
    return next((float(row["similarity"]) for row in ranked if row["issue_id"] == other_id), 0.0)


def most_similar(candidates: Sequence[dict[str, Any]], issue_id: str, limit: int) -> list[dict[str, Any]]:
    """(issue_id, similarity, terms) of the most similar candidates, best first."""
    import polars as pl

    from causeloop_pipeline.analysis.detect.similar_issues import similar_issues
    from causeloop_pipeline.model.frames import ISSUE_SCHEMA

    rows = [{**row, **{name: _instant(row[name]) for name in TIMES}} for row in candidates]
    templates = {row["issue_id"]: row["template_key"] for row in candidates}
    found = similar_issues(pl.DataFrame(rows, schema=ISSUE_SCHEMA), issue_id, limit, templates)
    return found.select("issue_id", "similarity", "terms").to_dicts()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
