"""Lists suggestions that nobody has answered, and finds one."""

from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.listing.queries import Listing, Sort

# What was linked or kept apart since the suggestion was made is no longer a question.
SUGGESTIONS = Listing(
    name="suggestions",
    columns="""s.suggestion_id as id, s.issue_id, i.title as issue_title, i.pattern_id,
        p.name as pattern_name,
        s.other_issue_id, o.title as other_issue_title, o.pattern_id as other_pattern_id,
        q.name as other_pattern_name, s.confidence, s.reason""",
    source="""detect.suggestion as s
        join core.issue as i on i.workspace_id = s.workspace_id and i.issue_id = s.issue_id
        join core.issue as o on o.workspace_id = s.workspace_id and o.issue_id = s.other_issue_id
        left join detect.pattern as p on p.workspace_id = i.workspace_id and p.pattern_id = i.pattern_id
        left join detect.pattern as q on q.workspace_id = o.workspace_id and q.pattern_id = o.pattern_id""",
    key="s.suggestion_id",
    key_output="id",
    sorts={"confidence": Sort("s.confidence", "confidence", "double precision")},
    default_sort="-confidence",
    filters={
        "issue_id": "($1 ->> 'issue_id')::uuid in (s.issue_id, s.other_issue_id)",
        "pattern_id": "($1 ->> 'pattern_id')::uuid in (i.pattern_id, o.pattern_id)",
    },
    always="""coalesce(i.pattern_id <> o.pattern_id, true) and not exists (
        select from detect.constraint_in_force as c
        where c.workspace_id = s.workspace_id and (
            (c.left_issue_id = s.issue_id and c.right_issue_id = s.other_issue_id)
            or (c.left_issue_id = s.other_issue_id and c.right_issue_id = s.issue_id))
    )""",
)

SELECT_ISSUES = "select issue_id, other_issue_id from detect.suggestion where suggestion_id = $1"


async def find_issues(db: WorkspaceDatabase, suggestion_id: UUID) -> tuple[UUID, UUID] | None:
    """The two issues of a suggestion."""
    row = await db.transaction.fetchrow(SELECT_ISSUES, suggestion_id)
    return None if row is None else (row["issue_id"], row["other_issue_id"])
