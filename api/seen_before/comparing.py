"""Compares a failure with stored issues, in a process beside the event loop."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from api.issues.similar.semantic.meaning import Meaning, measure_cosines
from causeloop_pipeline.model.issue import TIME_FIELDS

if TYPE_CHECKING:
    from causeloop_pipeline.analysis.detect.seen_before.searched_issues import SearchedIssues
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
    meaning: Meaning | None,
) -> Compared:
    """The groups that a failure may repeat, the likeliest first; by words alone, or by meaning too.

    `stored` is what `read_candidates` gave.
    """
    import polars as pl

    from causeloop_pipeline.analysis.detect.seen_before.matching import match_failure
    from causeloop_pipeline.analysis.detect.similarity.pair_model import PairModel
    from causeloop_pipeline.model.frames import ISSUE_SCHEMA

    candidates = orjson.loads(stored)
    searched = _prepare(candidates["issues"])
    own = {
        **failure.fields,
        "issue_id": "",
        "title": failure.titles[0],
        "body": failure.body,
        "source_created_at": occurred_at,
    }
    model = PairModel.from_json(candidates["similarity"]) if candidates["similarity"] else PairModel()
    failure_row = pl.DataFrame([{name: own.get(name) for name in ISSUE_SCHEMA}], schema=ISSUE_SCHEMA)
    ids = searched.table["issue_id"].to_list()
    semantic = _list_by_meaning(ids, meaning, candidates["issues"]) if meaning else None
    matches = match_failure(failure_row, failure.titles, searched, model, limit=limit, semantic=semantic)
    return Compared(matches.groups.to_dicts(), matches.new_probability)


KNOWN_OF_FINGERPRINT = (
    "issue_id",
    "kind",
    "template",
    "template_key",
    "title_key",
    "trace_key",
    "template_probability",
)


def _prepare(issues: Sequence[Mapping[str, Any]]) -> "SearchedIssues":
    """The stored issues as they are searched."""
    import polars as pl

    from causeloop_pipeline.analysis.detect.seen_before.searched_issues import prepare_issues
    from causeloop_pipeline.model.frames import FINGERPRINT_SCHEMA, ISSUE_SCHEMA

    of_fingerprint = {name: FINGERPRINT_SCHEMA[name] for name in KNOWN_OF_FINGERPRINT}
    schema = pl.Schema({**ISSUE_SCHEMA, **of_fingerprint, "pattern_id": pl.String()})
    # By column: from rows it takes several times as long.
    table = pl.DataFrame({name: _list_values(issues, name) for name in schema}, schema=schema)
    membership = table.select("issue_id", "pattern_id").drop_nulls()
    return prepare_issues(table.select(ISSUE_SCHEMA.names()), table.select(KNOWN_OF_FINGERPRINT), membership)


def _list_values(issues: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """A column of the issues."""
    values = [issue.get(name) for issue in issues]
    if name not in TIME_FIELDS:
        return values
    return [datetime.fromisoformat(value) if value else None for value in values]


def _list_by_meaning(
    issue_ids: Sequence[str], meaning: Meaning, issues: Sequence[Mapping[str, Any]]
) -> "SemanticList | None":
    """How near issues are by meaning; None where none of them has a vector."""
    import numpy as np

    from causeloop_pipeline.analysis.detect.similarity.semantic_score import SemanticList

    cosines = measure_cosines(meaning, issues)
    if not cosines:
        return None
    return SemanticList.of(np.array([cosines.get(issue_id, np.nan) for issue_id in issue_ids]))
