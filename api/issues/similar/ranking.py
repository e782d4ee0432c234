"""Ranks similar issues by the pair score that grouping uses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from api.issues.similar.semantic.meaning import Meaning, measure_cosines
from causeloop_pipeline.model.issue import TIME_FIELDS


def measure_similarity(candidates: Sequence[dict[str, Any]], issue_id: str, other_id: str) -> float:
    """The probability that two of the candidates have one cause; 0 where they share nothing."""
    ranked = rank_similar(candidates, issue_id, len(candidates))
    return next((float(row["similarity"]) for row in ranked if row["issue_id"] == other_id), 0.0)


def rank_similar(
    candidates: Sequence[dict[str, Any]],
    issue_id: str,
    limit: int,
    meaning: Meaning | None = None,
) -> list[dict[str, Any]]:
    """(issue_id, similarity, terms) of the candidates most similar to an issue, best first; by words alone,
    or by meaning too.
    """
    import polars as pl

    from causeloop_pipeline.analysis.detect.similar_issues import find_similar_issues
    from causeloop_pipeline.model.frames import ISSUE_SCHEMA

    rows = [{**row, **{name: _parse_time(row[name]) for name in TIME_FIELDS}} for row in candidates]
    templates = {row["issue_id"]: (row["template_key"], row["template_probability"]) for row in candidates}
    cosines = (measure_cosines(meaning, candidates) or None) if meaning else None
    issues = pl.DataFrame(rows, schema=ISSUE_SCHEMA)
    similar = find_similar_issues(issues, issue_id, limit, templates, cosines)
    return similar.select("issue_id", "similarity", "terms").to_dicts()


def _parse_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
