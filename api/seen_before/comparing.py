"""Compares a failure with stored issues, in a process beside the event loop."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from api.issues.similar.semantic.meaning import Meaning, measure_cosines
from causeloop_pipeline.model.issue import TIME_FIELDS

if TYPE_CHECKING:
    from causeloop_pipeline.analysis.detect.similarity.semantic_score import SemanticList


class ReadFailure(NamedTuple):
    """What was read of a failure: its title in all readings, body and fields, and the keys of its copies."""

    titles: list[str]
    body: str | None
    fields: dict[str, str]
    keys: list[str]
    identity: str


class Compared(NamedTuple):
    """What a failure may repeat, as plain values, and the probability that it is new."""

    groups: list[dict[str, Any]]
    new_probability: float


def read_text(scope: str, text: str) -> ReadFailure:
    """Read a text; ValueError where it says nothing."""
    from causeloop_pipeline.landing.failure_text import read_failure

    read = read_failure(text)
    return _add_keys(scope, list(read.titles), read.body, dict(read.fields))


def read_issue(scope: str, issue: Mapping[str, Any]) -> ReadFailure:
    """Read a stored issue."""
    fields = {
        name: issue[name]
        for name in ("service", "environment", "error_type", "team", "component", "source")
        if issue[name]
    }
    return _add_keys(scope, [issue["title"]], issue["body"], fields)


def _add_keys(scope: str, titles: list[str], body: str | None, fields: dict[str, str]) -> ReadFailure:
    from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import read_trace_key
    from causeloop_pipeline.analysis.detect.seen_before.identity import identify_failure
    from causeloop_pipeline.analysis.detect.seen_before.searched_issues import compute_message_keys

    trace = read_trace_key(titles[0], body)
    keys = [*compute_message_keys(titles), *([trace] if trace else [])]
    return ReadFailure(titles, body, fields, keys, identify_failure(scope, titles[0], body))


def identify_text(scope: str, title: str, body: str | None) -> str:
    """The identity of a stored issue."""
    from causeloop_pipeline.analysis.detect.seen_before.identity import identify_failure

    return identify_failure(scope, title, body)


def compare(
    failure: ReadFailure,
    occurred_at: datetime,
    stored: str,
    limit: int,
    by_meaning: tuple[Meaning, Mapping[str, str]] | None,
) -> Compared:
    """The groups that a failure may repeat, the likeliest first; by words alone, or by meaning too.

    `stored` is what `read_candidates` gave.
    """
    import polars as pl

    from causeloop_pipeline.analysis.detect.seen_before.matching import match_failure
    from causeloop_pipeline.analysis.detect.seen_before.searched_issues import prepare_issues
    from causeloop_pipeline.analysis.detect.similarity.pair_model import PairModel
    from causeloop_pipeline.model.frames import FINGERPRINT_SCHEMA, ISSUE_SCHEMA

    candidates = orjson.loads(stored)
    rows = _parse_times(candidates["issues"])
    membership = {"issue_id": pl.String, "pattern_id": pl.String}
    searched = prepare_issues(
        pl.DataFrame(rows, schema=ISSUE_SCHEMA),
        pl.DataFrame(rows, schema={name: FINGERPRINT_SCHEMA[name] for name in KNOWN_OF_FINGERPRINT}),
        pl.DataFrame(rows, schema=membership).drop_nulls(),
    )
    own = {
        **failure.fields,
        "issue_id": "",
        "title": failure.titles[0],
        "body": failure.body,
        "source_created_at": occurred_at,
    }
    model = PairModel.from_json(candidates["similarity"]) if candidates["similarity"] else PairModel()
    failure_row = pl.DataFrame([{name: own.get(name) for name in ISSUE_SCHEMA}], schema=ISSUE_SCHEMA)
    semantic = _list_by_meaning(searched.table["issue_id"].to_list(), *by_meaning) if by_meaning else None
    matches = match_failure(failure_row, failure.titles, searched, model, limit=limit, semantic=semantic)
    return Compared(matches.groups.to_dicts(), matches.new_probability)


def _list_by_meaning(
    issue_ids: Sequence[str], meaning: Meaning, vectors: Mapping[str, str]
) -> "SemanticList":
    import numpy as np

    from causeloop_pipeline.analysis.detect.similarity.semantic_score import SemanticList

    cosines = measure_cosines(meaning, vectors)
    return SemanticList.of(np.array([cosines.get(issue_id, np.nan) for issue_id in issue_ids]))


KNOWN_OF_FINGERPRINT = (
    "issue_id",
    "kind",
    "template",
    "template_key",
    "title_key",
    "trace_key",
    "template_probability",
)


def _parse_times(issues: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **issue,
            **{name: datetime.fromisoformat(issue[name]) if issue[name] else None for name in TIME_FIELDS},
        }
        for issue in issues
    ]
