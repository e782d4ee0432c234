"""Which earlier failures a failure repeats: at most five groups, why, where it differs; or it is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import read_trace_key
from causeloop_pipeline.analysis.detect.seen_before.evidence import collect_evidence
from causeloop_pipeline.analysis.detect.seen_before.match_probability import (
    REPORT_SHARE,
    estimate_probabilities,
)
from causeloop_pipeline.analysis.detect.seen_before.searched_issues import (
    SearchedIssues,
)
from causeloop_pipeline.analysis.detect.similarity.pair_model import PairModel
from causeloop_pipeline.analysis.detect.similarity.semantic_score import SemanticList
from causeloop_pipeline.analysis.detect.similarity.tokens import spell_terms

MAX_MATCHES = 5
MIN_PROBABILITY = 0.01
COMPARED_DIMENSIONS = ("service", "component", "error_type", "team", "environment", "region")
_MAX_TERMS = 4

REASON = pl.Struct({"kind": pl.String(), "text": pl.String(), "terms": pl.List(pl.String())})
DIFFERENCE = pl.Struct({"field": pl.String(), "this": pl.String(), "theirs": pl.String()})
MATCH_SCHEMA = pl.Schema(
    {
        "group_id": pl.String(),  # the pattern, or an issue that is in none
        "pattern_id": pl.String(),
        "issue_id": pl.String(),  # the issue of the group that is most like the failure
        "probability": pl.Float64(),  # of the same cause
        "similarity": pl.Float64(),
        "is_copy": pl.Boolean(),  # the same template, title or stack trace
        "reasons": pl.List(REASON),
        "differences": pl.List(DIFFERENCE),
    }
)


@dataclass(frozen=True, slots=True)
class Matches:
    """The likeliest groups, and the probability that the failure is none of the stored ones."""

    groups: pl.DataFrame  # MATCH_SCHEMA
    new_probability: float


def match_failure(
    failure: pl.DataFrame,
    titles: Sequence[str],
    searched: SearchedIssues,
    model: PairModel,
    *,
    limit: int = MAX_MATCHES,
    semantic: SemanticList | None = None,
) -> Matches:
    """Finds the groups of stored issues that a failure may repeat.

    In: one row of `ISSUE_SCHEMA`; its title in all readings; the stored issues; what the workspace's own
    pairs say of one cause; how near each issue is by meaning, None for words alone. Out: at most `limit`
    groups that are likelier than .01, the likeliest first, and the probability of a new cause. Source:
    `match_probability`.
    """
    evidence = collect_evidence(failure, titles, searched, model, semantic)
    report_share = REPORT_SHARE if may_be_report(failure, titles) else 0.0
    probability, new = estimate_probabilities(evidence, report_share=report_share)
    order = [
        row for row in np.argsort(-probability, kind="stable")[:limit] if probability[row] >= MIN_PROBABILITY
    ]
    displayed = evidence[order].with_columns(pl.Series("probability", probability[order]).round(4))
    nearest = {row["issue_id"]: row for row in _select_nearest(searched, displayed)}
    own = failure.row(0, named=True)
    rows = [
        {
            **{
                name: row[name]
                for name in ("group_id", "pattern_id", "issue_id", "probability", "similarity")
            },
            "is_copy": bool(row["same_template"] or row["same_title"] or row["same_trace"]),
            "reasons": _list_reasons(row, own, nearest[row["issue_id"]]),
            "differences": _list_differences(row, own, nearest[row["issue_id"]]),
        }
        for row in displayed.iter_rows(named=True)
    ]
    return Matches(pl.DataFrame(rows, schema=MATCH_SCHEMA), round(new, 4))


def may_be_report(failure: pl.DataFrame, titles: Sequence[str]) -> bool:
    """Tells whether a person may have written a failure's text.

    In: one row of `ISSUE_SCHEMA`, its title in all readings. Out: false for what a tool sent, what begins as
    a log line does, and what holds a stack trace.
    """
    is_sent = failure["source"][0] is not None
    return not is_sent and len(titles) == 1 and read_trace_key(titles[0], failure["body"][0]) is None


def _select_nearest(searched: SearchedIssues, displayed: pl.DataFrame) -> list[dict[str, Any]]:
    nearest = set(displayed["issue_id"])
    rows = [row for row, issue in enumerate(searched.issues) if issue.issue_id in nearest]
    return searched.table[rows].to_dicts()


def _list_reasons(row: dict[str, Any], own: dict[str, Any], nearest: dict[str, Any]) -> list[dict[str, Any]]:
    """Why, the strongest reason first."""
    texts = {
        "template": (row["same_template"], "The same message but for its variable parts"),
        "trace": (row["same_trace"], "The same error raised through the same in-app stack frames"),
        "title": (row["same_title"], "Word for word the same title"),
    }
    reasons = [{"kind": kind, "text": text, "terms": []} for kind, (is_so, text) in texts.items() if is_so]
    spelled = spell_terms(row["terms"] or [], own["title"], own["body"])
    terms = list(dict.fromkeys(spelled))[:_MAX_TERMS]
    if terms:
        text = f"Shares the rare terms {', '.join(terms)} with {nearest['external_id']}"
        reasons.append({"kind": "terms", "text": text, "terms": terms})
    if row["is_near_by_meaning"]:
        reasons.append(
            {"kind": "meaning", "text": f"Close in meaning to {nearest['external_id']}", "terms": []}
        )
    return reasons or [{"kind": "terms", "text": f"Reads like {nearest['external_id']}", "terms": []}]


def _list_differences(
    row: dict[str, Any], own: dict[str, Any], nearest: dict[str, Any]
) -> list[dict[str, str | None]]:
    """Where the failure differs from the issue that is most like it: only what both say."""
    differences = [
        {"field": name, "this": own[name], "theirs": nearest[name]}
        for name in COMPARED_DIMENSIONS
        if own[name] and nearest[name] and own[name].casefold() != nearest[name].casefold()
    ]
    if row["other_template"]:
        differences.append(
            {"field": "message", "this": own["title"], "theirs": nearest["template"] or nearest["title"]}
        )
    return differences
