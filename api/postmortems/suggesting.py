"""Which patterns a post-mortem may be about: those that it names, and similar ones with their probability."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from api.http.computing.processes import Computing
from api.http.database import WorkspaceDatabase
from api.postmortems.queries import postmortems
from api.postmortems.understanding import read_failure_of
from api.seen_before.comparing import compare
from api.seen_before.queries import candidates

MAX_SUGGESTED = 5
ADDRESS_OF_PATTERN = re.compile(r"/patterns/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})")


async def suggest_patterns(
    db: WorkspaceDatabase, computing: Computing, postmortem_id: UUID
) -> dict[str, Any] | None:
    """The patterns that a document may be about; None: there is no such post-mortem."""
    stored = await postmortems.read_failure(db, postmortem_id)
    if stored is None:
        return None
    groups, new_probability = await _compare(db, computing, stored)
    named = [match[1] for name in stored["names"] if (match := ADDRESS_OF_PATTERN.search(name))]
    similar = {group["pattern_id"]: group for group in groups if group["pattern_id"]}
    read = await postmortems.read_patterns(db, stored["names"], named, list(similar))
    rows = [_describe(pattern, similar.get(pattern["id"])) for pattern in read]
    rows.sort(key=lambda row: (not row["is_named"], -(row["probability"] or 0)))
    return {"patterns": rows, "new_probability": new_probability}


async def _compare(
    db: WorkspaceDatabase, computing: Computing, stored: dict[str, Any]
) -> tuple[list[dict[str, Any]], float]:
    failure = stored["failure"]
    read = await computing.run(
        db.workspace_id,
        read_failure_of,
        str(db.workspace_id),
        failure["titles"],
        failure["text"],
        stored["service"],
    )
    if read is None:
        return [], 1.0
    found_issues = await candidates.read_candidates(db, failure["text"], read.keys, None)
    text = stored["occurred_at"]
    moment = datetime.fromisoformat(text) if text else datetime.now(UTC)
    compared = await computing.run(db.workspace_id, compare, read, moment, found_issues, MAX_SUGGESTED, None)
    return compared.groups, compared.new_probability


def _describe(pattern: dict[str, Any], group: dict[str, Any] | None) -> dict[str, Any]:
    is_named = pattern["is_named"]
    reasons = [reason["text"] for reason in group["reasons"]] if group else []
    return {
        **pattern,
        "probability": None if is_named or group is None else group["probability"],
        "why": ["The document names it, or an issue of it"] if is_named else reasons,
    }
