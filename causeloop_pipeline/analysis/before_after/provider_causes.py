"""Which occurrences a provider caused: they say nothing of a fix, neither before it nor since."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from causeloop_pipeline.model.frames import INSTANT
from causeloop_pipeline.model.proof import LeftOutReason

MAX_LEAD = timedelta(hours=1)  # users see a failure before its status page does
PROVIDER_CAUSE_SCHEMA = pl.Schema(
    {"pattern_id": pl.String(), "occurred_at": INSTANT, "reason": pl.String(), "provider": pl.String()}
)


def find_provider_causes(
    occurrences: pl.DataFrame, incidents: pl.DataFrame, marks: pl.DataFrame
) -> pl.DataFrame:
    """The occurrences that a provider caused, by a person's mark or else by its own status page.

    In: occurrences: frame(pattern_id, issue_id, occurred_at, service, text); incidents: frame(provider,
    services, started_at, ended_at) of status pages; marks: frame(issue_id, provider, marked_at), the newest
    of each issue, a null provider saying that none caused it. Out: frame(pattern_id, occurred_at, reason,
    provider), sorted; where a pattern occurred twice at one moment, only if a provider caused both.

    Rule: a mark holds for what had occurred when it was made. A status page counts from an hour before the
    incident's start until its end, for the services that are stated to depend on it and for issues whose
    text names the provider.
    """
    mark_of_issue = {row["issue_id"]: row for row in marks.iter_rows(named=True)}
    by_provider = [
        (_normalize(row["provider"]), row) for row in incidents.sort("started_at").iter_rows(named=True)
    ]
    causes: dict[tuple[str, datetime], tuple[LeftOutReason, str] | None] = {}
    for occurrence in occurrences.sort("pattern_id", "occurred_at", "issue_id").iter_rows(named=True):
        key = occurrence["pattern_id"], occurrence["occurred_at"]
        cause = _find_cause(occurrence, mark_of_issue, by_provider)
        causes[key] = cause if causes.get(key, cause) is not None else None
    rows = [(*key, cause[0].value, cause[1]) for key, cause in sorted(causes.items()) if cause]
    return pl.DataFrame(rows, schema=PROVIDER_CAUSE_SCHEMA, orient="row")


def _find_cause(
    occurrence: Mapping[str, Any],
    mark_of_issue: Mapping[str, Mapping[str, Any]],
    incidents: Iterable[tuple[str, Mapping[str, Any]]],
) -> tuple[LeftOutReason, str] | None:
    at, mark = occurrence["occurred_at"], mark_of_issue.get(occurrence["issue_id"])
    if mark and at <= mark["marked_at"]:
        return (LeftOutReason.MARKED, mark["provider"]) if mark["provider"] else None
    text = ""
    for name, incident in incidents:
        if not incident["started_at"] - MAX_LEAD <= at <= incident["ended_at"]:
            continue
        text = text or _normalize(f"{occurrence['service'] or ''} {occurrence['text'] or ''}")
        if occurrence["service"] in incident["services"] or name in text:
            return LeftOutReason.STATUS_PAGE, incident["provider"]
    return None


def _normalize(text: str) -> str:
    """Its words in lower case, with a space around each, so that a name is compared as a whole."""
    words = re.findall(r"[^\W_]+", text.lower())
    return f" {' '.join(words)} "
