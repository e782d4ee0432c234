"""Answers whether a failure was seen before: read, compare beside the event loop, read what is known."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from api.http.computing.processes import Computing
from api.http.database import WorkspaceDatabase
from api.http.errors import broken_rule, not_found
from api.issues.similar.semantic.neighbours import find_by_meaning
from api.issues.similar.semantic.process import EncoderProcess
from api.seen_before.comparing import Compared, ReadFailure, compare, read_issue, read_text
from api.seen_before.queries import answers, candidates
from api.seen_before.schemas import Failure
from causeloop_pipeline.model.links import build_pattern_url
from causeloop_pipeline.settings import settings

MAX_SEARCHED_CHARACTERS = 20_000


class Comparison(NamedTuple):
    """A failure as it was read, and what it may repeat."""

    failure: ReadFailure
    compared: Compared


async def ask(
    db: WorkspaceDatabase,
    computing: Computing,
    failure: Failure,
    limit: int,
    encoder: EncoderProcess | None = None,
) -> Comparison:
    """Compare a failure with the stored issues, by meaning too where there is an encoder; no connection is
    held meanwhile.
    """
    read, occurred_at = await _read(db, computing, failure)
    text = "\n".join([*read.titles, read.body or ""])[:MAX_SEARCHED_CHARACTERS]
    own_text = None if failure.issue_id else f"{read.titles[0]}\n{read.body or ''}"[:MAX_SEARCHED_CHARACTERS]
    meaning = await find_by_meaning(db, encoder, own_text, failure.issue_id)
    stored = await candidates.read_candidates(
        db, text, read.keys, failure.issue_id, meaning.nearest if meaning else None
    )
    moment = failure.occurred_at or occurred_at or datetime.now(UTC)
    compared = await computing.run(db.workspace_id, compare, read, moment, stored, limit, meaning)
    return Comparison(read, compared)


async def _read(
    db: WorkspaceDatabase, computing: Computing, failure: Failure
) -> tuple[ReadFailure, datetime | None]:
    scope, occurred_at = str(db.workspace_id), None
    if failure.issue_id is not None:
        issue = await candidates.read_compared_issue(db, failure.issue_id)
        if issue is None:
            raise not_found("issue")
        occurred_at = datetime.fromisoformat(issue["occurred_at"])
        read = await computing.run(db.workspace_id, read_issue, scope, issue)
    else:
        try:
            read = await computing.run(db.workspace_id, read_text, scope, failure.text or "")
        except ValueError as error:
            raise broken_rule("says_nothing", str(error), "/text") from None
    fields = {name: value for name in ("service", "environment") if (value := getattr(failure, name))}
    return read._replace(fields={**read.fields, **fields}), occurred_at


async def answer(db: WorkspaceDatabase, comparison: Comparison, failure: Failure) -> dict[str, Any]:
    """What is known of the groups that a failure may repeat, as `SeenBefore` has it."""
    facts = await answers.read_answers(db, comparison.compared.groups)
    matches = [
        _build_match(group, facts[group["group_id"]], failure)
        for group in comparison.compared.groups
        if group["group_id"] in facts
    ]
    new = comparison.compared.new_probability
    fields = comparison.failure.fields
    return {
        "new_probability": new,
        "is_new": all(match["probability"] < new for match in matches),
        "matches": matches,
        "read_as": {
            "title": comparison.failure.titles[0],
            "service": fields.get("service"),
            "environment": fields.get("environment"),
        },
    }


def _build_match(group: Mapping[str, Any], facts: dict[str, Any], failure: Failure) -> dict[str, Any]:
    differences = list(group["differences"])
    stored_version = facts["nearest_issue"]["version"]
    if failure.version and stored_version and failure.version != stored_version:
        differences.append({"field": "version", "this": failure.version, "theirs": stored_version})
    pattern = facts["pattern"]
    if pattern is not None:
        pattern["url"] = build_pattern_url(settings().public_url, UUID(pattern["id"]))
    return {
        **{name: group[name] for name in ("probability", "similarity", "is_copy", "reasons")},
        "differences": differences,
        **facts,
    }
