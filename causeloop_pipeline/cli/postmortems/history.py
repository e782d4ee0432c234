"""A post-mortem beside an export of failures: which pattern it is about, and whether its done items held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import polars as pl

from causeloop_pipeline.analysis.loop import GroupingFacts, group, select_occurrences
from causeloop_pipeline.landing.export_file.issues import TableIssues
from causeloop_pipeline.landing.postmortems.action_item import ActionItem
from causeloop_pipeline.landing.postmortems.reading import ReadPostmortem
from causeloop_pipeline.landing.postmortems.references import list_spellings
from causeloop_pipeline.model.postmortem import ItemKind

NAMED = "named by the document"


@dataclass(frozen=True)
class PatternOfDocument:
    """A pattern that a post-mortem may be about: named by it, or similar with a probability."""

    pattern_id: str
    name: str
    issues: int
    probability: float | None
    why: str


@dataclass(frozen=True)
class DocumentInHistory:
    """The patterns that a post-mortem may be about, the likeliest first, and the proofs of its done items."""

    patterns: tuple[PatternOfDocument, ...]
    proofs: tuple[dict[str, Any], ...]


def place_in_history(
    read: ReadPostmortem, table: TableIssues, *, timezone: str, as_of: datetime
) -> DocumentInHistory:
    """Find the pattern of a post-mortem and judge its done items by what recurred since."""
    from causeloop_pipeline.analysis.detect.grouping.patterns import GroupingOptions

    fingerprints, grouping = group(
        table.issues,
        GroupingFacts(occurrences=table.occurrences),
        timezone=timezone,
        options=GroupingOptions(namespace="file"),
    )
    names = dict(grouping.patterns.select("pattern_id", "name").iter_rows())
    sizes = dict(grouping.members.group_by("pattern_id").len().iter_rows())
    named = _find_named(read, table.issues, grouping.members)
    similar = {} if named else _find_similar(read, table, fingerprints, grouping, as_of)
    patterns = [PatternOfDocument(key, names[key] or key, sizes[key], None, NAMED) for key in named]
    patterns += [
        PatternOfDocument(key, names[key] or key, sizes[key], probability, why)
        for key, (probability, why) in similar.items()
    ]
    about = [pattern.pattern_id for pattern in (patterns if named else patterns[:1])]
    return DocumentInHistory(tuple(patterns), tuple(_prove(read, table, grouping.members, about, as_of)))


def _find_named(read: ReadPostmortem, issues: pl.DataFrame, members: pl.DataFrame) -> list[str]:
    """The patterns of the issues that the document names."""
    spellings = {each for reference in read.references for each in list_spellings(reference)}
    named = issues.filter(pl.col("external_id").is_in(spellings))
    return members.join(named.select("issue_id"), on="issue_id")["pattern_id"].unique().sort().to_list()


def _find_similar(
    read: ReadPostmortem, table: TableIssues, fingerprints: pl.DataFrame, grouping: Any, as_of: datetime
) -> dict[str, tuple[float, str]]:
    from causeloop_pipeline.analysis.detect.seen_before.matching import match_failure
    from causeloop_pipeline.analysis.detect.seen_before.searched_issues import prepare_issues
    from causeloop_pipeline.model.frames import ISSUE_SCHEMA

    titles = read.failure_titles
    own = {
        "issue_id": "",
        "title": titles[0],
        "body": read.failure_text,
        "service": read.services[0] if read.services else None,
        "source_created_at": read.occurred_at or as_of,
    }
    row = pl.DataFrame([{name: own.get(name) for name in ISSUE_SCHEMA}], schema=ISSUE_SCHEMA)
    searched = prepare_issues(table.issues, fingerprints, grouping.members)
    matches = match_failure(row, titles, searched, grouping.index.model)
    return {
        match["pattern_id"]: (match["probability"], "; ".join(each["text"] for each in match["reasons"]))
        for match in matches.groups.iter_rows(named=True)
        if match["pattern_id"]
    }


def _prove(
    read: ReadPostmortem,
    table: TableIssues,
    members: pl.DataFrame,
    pattern_ids: Sequence[str],
    as_of: datetime,
) -> list[dict[str, Any]]:
    """The proofs of the items that are done since a stated day and change what fails."""
    from causeloop_pipeline.analysis.act.proof import prove_fixes
    from causeloop_pipeline.analysis.detect.issue_occurrences import (
        date_by_occurrences,
        list_issue_occurrences,
    )
    from causeloop_pipeline.model.frames import FIX_SCHEMA

    claims = {
        str(uuid5(NAMESPACE_URL, item.key)): item
        for item in read.items
        if item.status.is_done and item.status.done_on and item.kind is ItemKind.FIX
    }
    rows = [
        {
            "recommendation_id": key,
            "pattern_id": pattern_id,
            "fixed_at": datetime.combine(item.status.done_on, time(), UTC),
        }
        for key, item in claims.items()
        if item.status.done_on
        for pattern_id in pattern_ids
    ]
    if not rows:
        return []
    fixes = pl.DataFrame([{name: row.get(name) for name in FIX_SCHEMA} for row in rows], schema=FIX_SCHEMA)
    dated = date_by_occurrences(table.issues, list_issue_occurrences(table.issues, table.occurrences))
    occurrences = select_occurrences(members, dated)
    proofs = prove_fixes(fixes, occurrences, as_of=as_of)
    return [
        _describe_proof(claims[proof["recommendation_id"]], proof) for proof in proofs.iter_rows(named=True)
    ]


def _describe_proof(item: ActionItem, proof: dict[str, Any]) -> dict[str, Any]:
    return {"item": item.text, "fixed_on": item.status.done_on, **proof}
