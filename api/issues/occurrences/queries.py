"""Lists the occurrences of issues."""

from dataclasses import replace
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.listing.queries import Listing, Sort

STARTED_AT = Sort("o.started_at", "started_at", "timestamptz")
OCCURRENCES = Listing(
    name="occurrences",
    columns="o.issue_id, i.title as issue_title, i.pattern_id, o.started_at, o.ended_at, o.count",
    source="""core.occurrence as o
        join core.issue as i on i.workspace_id = o.workspace_id and i.issue_id = o.issue_id""",
    key="o.issue_id",
    key_output="issue_id",
    sorts={"started_at": STARTED_AT},
    default_sort="-started_at",
    filters={
        "started_from": "o.started_at >= ($1 ->> 'started_from')::timestamptz",
        "started_before": "o.started_at < ($1 ->> 'started_before')::timestamptz",
    },
    part_of_key=STARTED_AT,
)
OCCURRENCES_OF_ISSUE = replace(
    OCCURRENCES, name="occurrences of an issue", always="o.issue_id = ($1 ->> 'of_issue')::uuid"
)
OCCURRENCES_OF_PATTERN = replace(
    OCCURRENCES, name="occurrences of a pattern", always="i.pattern_id = ($1 ->> 'of_pattern')::uuid"
)

SELECT_EXISTS = "select to_json(true) from core.issue where issue_id = ($1 ->> 'id')::uuid"


async def has_issue(db: WorkspaceDatabase, issue_id: UUID) -> bool:
    """Whether this workspace has an issue of this id."""
    return await db.read(SELECT_EXISTS, id=str(issue_id)) is not None
