"""Reads and stores the caller's saved views, and what is new since the caller looked."""

from collections.abc import Mapping
from typing import Any

from api.access.caller import Caller
from api.http.database import WorkspaceDatabase, encode_parameters
from causeloop_pipeline.model.proof import FINAL_VERDICTS
from causeloop_pipeline.storage.database.sql_values import quote_values, write_meanings

SELECT_SAVED_VIEWS = """
select jsonb_build_object('issues', '[]'::jsonb, 'patterns', '[]'::jsonb) || coalesce((
    select saved_views from app.preference where holder_id = ($1 ->> 'holder')::uuid
), '{}')
"""

UPSERT_SAVED_VIEWS = """
insert into app.preference (workspace_id, holder_id, user_id, saved_views) values ($1, $2, $3, $4)
on conflict (workspace_id, holder_id) do update set saved_views = excluded.saved_views
"""

UPSERT_SEEN_AT = """
insert into app.preference (workspace_id, holder_id, user_id, seen_at) values ($1, $2, $3, now())
on conflict (workspace_id, holder_id) do update set seen_at = excluded.seen_at
"""

DAYS, MAX_NOTIFICATIONS = 30, 50

SELECT_NOTIFICATIONS = f"""
with period as (
    select now() - interval '{DAYS} days' as since, timezone from app.workspace
), outages as (
    select
        'feed_broken' as kind, f.broke_at as at, c.display_name as subject, f.reason as detail,
        c.connector_id as item_id
    from app.feed_outage as f
    join app.connector as c using (workspace_id, connector_id)
    union all
    select
        'feed_repaired', f.repaired_at, c.display_name,
        'It answers again. It was broken since '
            || to_char(f.broke_at at time zone period.timezone, 'FMDD Mon HH24:MI') || '.',
        c.connector_id
    from period
    cross join app.feed_outage as f
    join app.connector as c using (workspace_id, connector_id)
    where f.repaired_at is not null
), graded as (
    select
        'predictions_graded' as kind, max(o.decided_at) as at,
        count(*) || ' prediction' || case count(*) when 1 then '' else 's' end || ' graded' as subject,
        concat_ws(', ',
            count(*) filter (where o.outcome = 'hit') || ' came true',
            count(*) filter (where o.outcome = 'miss') || ' did not',
            nullif(count(*) filter (where o.outcome = 'prevented'), 0) || ' prevented by a fix'
        ) as detail,
        null::uuid as item_id
    from period
    join predict.outcome as o on o.decided_by = 'system' and o.decided_at > period.since
    group by (o.decided_at at time zone period.timezone)::date
), fired as (
    select
        'alert_fired' as kind, s.changed_at as at, a.name as subject,
        case count(*)
            when 1 then 'It fires for “' || min(p.name) || '”.'
            else 'It fires for ' || count(*) || ' patterns, such as “' || min(p.name) || '”.'
        end as detail,
        case count(*) when 1 then (array_agg(p.pattern_id))[1] end as item_id
    from period
    join notify.alert_state as s on s.firing and s.changed_at > period.since
    join notify.alert_rule as a using (workspace_id, alert_rule_id)
    join detect.pattern as p using (workspace_id, pattern_id)
    group by a.alert_rule_id, a.name, s.changed_at
), judged as (
    select
        'fix_judged' as kind, v.decided_at as at, r.title as subject,
        {write_meanings("v.verdict", FINAL_VERDICTS)} as detail,
        r.recommendation_id as item_id
    from act.verdict as v
    join act.recommendation as r using (workspace_id, recommendation_id)
    where v.verdict in ({quote_values(FINAL_VERDICTS)})
    union all
    select
        'item_judged', v.decided_at, i.text,
        {write_meanings("v.verdict", FINAL_VERDICTS)} || ' From the post-mortem “' || m.title || '”.',
        m.postmortem_id
    from act.verdict as v
    join act.action_item as i on i.workspace_id = v.workspace_id and i.item_id = v.recommendation_id
    join act.postmortem as m on m.workspace_id = i.workspace_id and m.postmortem_id = i.postmortem_id
    where v.verdict in ({quote_values(FINAL_VERDICTS)}) and m.status = 'imported'
), unmet as (
    select
        'expectation_broken' as kind, e.broken_at as at, r.title as subject, e.text as detail,
        r.recommendation_id as item_id
    from act.expectation as e
    join act.recommendation as r using (workspace_id, recommendation_id)
    where e.status = 'broken' and e.withdrawn_at is null
), lifecycle as (
    select
        'pattern_resolved' as kind, resolved_at as at, name as subject,
        'No new issue came through the proof window.' as detail, pattern_id as item_id
    from detect.pattern
    where status = 'resolved'
    union all
    select 'pattern_reopened', reopened_at, name, 'It came back after it was resolved.', pattern_id
    from detect.pattern
    where reopened_at is not null
), events as (
    select * from outages
    union all select * from graded
    union all select * from fired
    union all select * from judged
    union all select * from unmet
    union all select * from lifecycle
)
select json_build_object(
    'seen_at', (select seen_at from app.preference where holder_id = ($1 ->> 'holder')::uuid),
    'data', (
        select coalesce(json_agg(newest order by newest.at desc, newest.kind, newest.item_id), '[]')
        from (
            select events.*
            from events, period
            where events.at > period.since and events.at <= now()
            order by events.at desc, events.kind, events.item_id
            limit {MAX_NOTIFICATIONS}
        ) as newest
    )
)
"""


def _identify_owner(caller: Caller) -> tuple[Any, Any, Any]:
    """The key of the caller's row, and its user where the caller is one."""
    return caller.workspace_id, caller.caller_id, caller.caller_id if caller.kind == "user" else None


async def read_saved_views(db: WorkspaceDatabase, caller: Caller) -> str | None:
    """The caller's saved views as JSON text."""
    return await db.read_text(SELECT_SAVED_VIEWS, holder=str(caller.caller_id))


async def store_saved_views(db: WorkspaceDatabase, caller: Caller, views: Mapping[str, Any]) -> None:
    """Replace the caller's saved views."""
    await db.transaction.execute(UPSERT_SAVED_VIEWS, *_identify_owner(caller), encode_parameters(views))


async def read_notifications(db: WorkspaceDatabase, caller: Caller) -> str | None:
    """What is new, and until when the caller has seen it, as JSON text."""
    return await db.read_text(SELECT_NOTIFICATIONS, holder=str(caller.caller_id))


async def mark_seen(db: WorkspaceDatabase, caller: Caller) -> None:
    """Record that the caller has seen all notifications up to now."""
    await db.transaction.execute(UPSERT_SEEN_AT, *_identify_owner(caller))
