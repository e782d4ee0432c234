"""Lists comments and closings in trackers, records whether they were right, and counts that."""

from typing import Any
from uuid import UUID

from api.auth.queries.actors import select_name
from api.http.database import WorkspaceDatabase
from api.listing.queries import AnyOf, Listing, Sort
from causeloop_pipeline.model.tracker_act import (
    MIN_PRECISION,
    TrackerActKind,
    estimate_lowest_precision,
    may_go_live,
)

ACT_COLUMNS = f"""
    t.act_id as id, t.kind, t.status, t.issue_id, i.title as issue_title, i.external_url as issue_url,
    t.pattern_id, p.name as pattern_name, t.connector_id, t.place, t.body, t.external_url, t.error,
    t.decided_at, t.is_right, t.judged_by, ({select_name("t.judged_by")}) as judged_by_name, t.judged_at
"""

ACT_SOURCE = """
    act.tracker_act as t
    left join core.issue as i on i.workspace_id = t.workspace_id and i.issue_id = t.issue_id
    left join detect.pattern as p on p.workspace_id = t.workspace_id and p.pattern_id = t.pattern_id
"""

TRACKER_ACTS = Listing(
    name="tracker_acts",
    columns=ACT_COLUMNS,
    source=ACT_SOURCE,
    key="t.act_id",
    key_output="id",
    sorts={"decided_at": Sort("t.decided_at", "decided_at", "timestamptz")},
    default_sort="-decided_at",
    filters={
        "kind": AnyOf("t.kind"),
        "status": AnyOf("t.status"),
        "is_judged": "(t.is_right is not null) = ($1 ->> 'is_judged')::boolean",
    },
)

SELECT_ACT = f"""
select row_to_json(tracker_act)
from (select {ACT_COLUMNS} from {ACT_SOURCE} where t.act_id = ($1 ->> 'id')::uuid) as tracker_act
"""

UPDATE_JUDGEMENT = """
update act.tracker_act
set is_right = $2::boolean, judged_by = case when $2::boolean is not null then $3 end,
    judged_at = case when $2::boolean is not null then now() end
where act_id = $1
returning true
"""

SELECT_COUNTS = """
select json_build_object(
    'comment_mode', s.comment_mode, 'close_mode', s.close_mode,
    'counts', (
        select coalesce(json_object_agg(c.kind, c), '{}')
        from (
            select
                kind, count(*) as decided, count(is_right) as judged,
                count(*) filter (where is_right) as right
            from act.tracker_act
            group by kind
        ) as c
    )
)
from app.workspace_settings as s
"""


async def read_act(db: WorkspaceDatabase, act_id: UUID) -> str | None:
    """One act as JSON text."""
    return await db.read_text(SELECT_ACT, id=str(act_id))


async def judge_act(db: WorkspaceDatabase, act_id: UUID, is_right: bool | None, actor: str) -> bool:
    """Record whether an act was right; False: there is no such act."""
    return bool(await db.transaction.fetchval(UPDATE_JUDGEMENT, act_id, is_right, actor))


async def read_precisions(db: WorkspaceDatabase) -> list[dict[str, Any]]:
    """How often each kind of act was right, and whether that suffices to do it."""
    read = dict(await db.read(SELECT_COUNTS))
    return [_measure(kind, read[f"{kind}_mode"], read["counts"].get(kind) or {}) for kind in TrackerActKind]


def _measure(kind: TrackerActKind, mode: str, counts: dict[str, int]) -> dict[str, Any]:
    right, judged = counts.get("right", 0), counts.get("judged", 0)
    return {
        "kind": kind.value,
        "mode": mode,
        "decided": counts.get("decided", 0),
        "judged": judged,
        "right": right,
        "precision": right / judged if judged else None,
        "precision_low": estimate_lowest_precision(right, judged),
        "needed": MIN_PRECISION,
        "may_be_live": may_go_live(right, judged),
    }
