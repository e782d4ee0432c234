"""The issues on which something may be done in their trackers, with what is known of each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from causeloop_pipeline.storage.act.tracker_acts import VALUES
from causeloop_pipeline.storage.database.session import Session

MAX_DECIDED = 200
"""How many issues are looked at in one run."""

# A comment that was written is kept up to date while its issue is open; others are decided on while new.
SELECT_RECURRENCES = """
select
    i.issue_id::text as issue_id, i.pattern_id::text as pattern_id, i.connector_id,
    c.type as connector_type, c.config, i.external_url, i.attributes ->> 'key' as key,
    i.source_created_at as began_at,
    earlier.count + 1 as ordinal, earlier.previous_at,
    fixed.fixed_at, fixed.verdict, ended.ended_at, ended.action
from core.issue as i
join app.connector as c
    on c.workspace_id = i.workspace_id and c.connector_id = i.connector_id and c.status = 'active'
cross join lateral (
    select count(*) as count, max(o.started_at) as previous_at
    from core.issue as m
    join core.occurrence as o on o.workspace_id = m.workspace_id and o.issue_id = m.issue_id
    where m.workspace_id = i.workspace_id and m.pattern_id = i.pattern_id
        and o.started_at < i.source_created_at
) as earlier
left join lateral act.fix_before(i.workspace_id, i.pattern_id, i.source_created_at) as fixed on true
left join lateral act.action_before(i.workspace_id, i.pattern_id, i.source_created_at, %(nothing)s)
    as ended on true
where i.workspace_id = %(workspace_id)s
    and i.issue_id in (
        select n.issue_id from core.issue as n
        where n.workspace_id = %(workspace_id)s and n.source_created_at > %(since)s
        union
        select a.issue_id from act.tracker_act as a
        where a.workspace_id = %(workspace_id)s and a.kind = %(comment)s and a.status = %(sent)s
    )
    and i.pattern_id is not null and i.status = any(%(open)s)
    and c.type = any(%(types)s) and i.source = c.type
    and earlier.count > 0
order by i.source_created_at desc, i.issue_id
limit %(limit)s
"""

SELECT_HELD = """
select
    i.issue_id::text as issue_id, i.pattern_id::text as pattern_id, i.connector_id,
    c.type as connector_type, c.config, i.external_url, i.attributes ->> 'key' as key,
    f.fixed_at, p.text
from act.proof as p
join lateral (
    select max(f.fixed_at) as fixed_at
    from act.fix as f
    where f.workspace_id = p.workspace_id and f.pattern_id = p.pattern_id and f.withdrawn_at is null
) as f on f.fixed_at is not null
join core.issue as i on i.workspace_id = p.workspace_id and i.pattern_id = p.pattern_id
join app.connector as c
    on c.workspace_id = i.workspace_id and c.connector_id = i.connector_id and c.status = 'active'
where p.workspace_id = %(workspace_id)s and p.verdict = %(held)s
    and i.status = any(%(open)s) and i.source_created_at <= f.fixed_at
    and c.type = any(%(types)s) and i.source = c.type
    and not exists (
        select from core.issue as m
        join core.occurrence as o on o.workspace_id = m.workspace_id and o.issue_id = m.issue_id
        where m.workspace_id = i.workspace_id and m.pattern_id = i.pattern_id and o.started_at > f.fixed_at
    )
order by i.source_created_at, i.issue_id
limit %(limit)s
"""


def read_recurrences(
    session: Session, workspace_id: UUID, types: Sequence[str], since: datetime, nothing: str
) -> list[dict[str, Any]]:
    """The open issues of some trackers that repeat an earlier failure, with what is known of that.

    New ones began after `since`; an ending whose action is `nothing` tells nothing.
    """
    parameters = {
        "workspace_id": workspace_id,
        "types": list(types),
        "since": since,
        "nothing": nothing,
        "limit": MAX_DECIDED,
    }
    return session.rows(SELECT_RECURRENCES, VALUES | parameters)


def read_held(session: Session, workspace_id: UUID, types: Sequence[str]) -> list[dict[str, Any]]:
    """The open issues of some trackers whose pattern's fix held, and which began before it."""
    parameters = {"workspace_id": workspace_id, "types": list(types), "limit": MAX_DECIDED}
    return session.rows(SELECT_HELD, VALUES | parameters)
