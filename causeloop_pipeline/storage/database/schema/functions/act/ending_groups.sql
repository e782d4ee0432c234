create or replace function act.ending_groups(workspace uuid, patterns uuid[])
    returns table (pattern_id uuid, action text, phrase text, count bigint, held_low double precision,
                   held_high double precision, is_holding boolean, issue_ids uuid[])
    language sql stable
as $$
with ended as (
    select i.pattern_id, e.issue_id, e.ended_at, e.action, e.phrase
    from act.ending as e
    join core.issue as i on i.workspace_id = e.workspace_id and i.issue_id = e.issue_id
    where e.workspace_id = $1 and i.pattern_id = any ($2) and e.action is not null and e.action <> 'nothing'
), marks as (
    select ended.pattern_id, ended.issue_id, ended.ended_at as at, true as is_end, ended.action, ended.phrase
    from ended
    union all
    select i.pattern_id, null, o.started_at, false, null, null
    from core.issue as i
    join core.occurrence as o on o.workspace_id = i.workspace_id and o.issue_id = i.issue_id
    where i.workspace_id = $1 and i.pattern_id in (select distinct ended.pattern_id from ended)
), followed as (
    -- Backwards in time, each sees the nearest start after it; one at the very instant of an end is not after it.
    select marks.*, min(marks.at) filter (where not marks.is_end) over (
        partition by marks.pattern_id order by marks.at desc, marks.is_end desc
        rows between unbounded preceding and current row
    ) as next_start
    from marks
), held as (
    select
        followed.pattern_id, followed.issue_id, followed.at as ended_at, followed.action, followed.phrase,
        followed.next_start is null as is_holding,
        extract(epoch from coalesce(followed.next_start, greatest(now(), followed.at)) - followed.at)::double precision
            / 86400 as days
    from followed
    where followed.is_end
)
select
    held.pattern_id, held.action, mode() within group (order by held.phrase), count(*), min(held.days),
    max(held.days), (array_agg(held.is_holding order by held.ended_at desc, held.issue_id))[1],
    (array_agg(held.issue_id order by held.ended_at desc, held.issue_id))[1:20]
from held
group by held.pattern_id, held.action
order by held.pattern_id, max(held.days) desc, count(*) desc, held.action
$$;
comment on function act.ending_groups(uuid, uuid[]) is
    'What ended the failures of patterns: by kind of action how often, and for how many days it held.';
grant execute on function act.ending_groups to causeloop_api, causeloop_pipeline;
