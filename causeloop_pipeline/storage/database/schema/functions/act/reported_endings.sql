create or replace function act.reported_endings(workspace uuid, patterns uuid[])
    returns table (pattern_id uuid, issue_id uuid, ended_at timestamptz, returned_at timestamptz, action text,
                   phrase text)
    language sql stable
as $$
with ended as (
    select i.pattern_id, e.issue_id, e.ended_at, e.action, e.phrase
    from act.ending as e
    join core.issue as i on i.workspace_id = e.workspace_id and i.issue_id = e.issue_id
    where e.workspace_id = $1 and i.pattern_id = any ($2) and e.action is not null
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
)
select
    followed.pattern_id, followed.issue_id, followed.at, followed.next_start, followed.action, followed.phrase
from followed
where followed.is_end
order by followed.pattern_id, followed.at, followed.issue_id
$$;
comment on function act.reported_endings(uuid, uuid[]) is
    'The endings of patterns'' failures that say what was done, and when the pattern began again after each.';
grant execute on function act.reported_endings to causeloop_api, causeloop_pipeline;
