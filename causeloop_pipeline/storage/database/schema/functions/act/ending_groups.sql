create or replace function act.ending_groups(workspace uuid, patterns uuid[])
    returns table (pattern_id uuid, action text, phrase text, count bigint, held_low double precision,
                   held_high double precision, is_holding boolean, issue_ids uuid[])
    language sql stable
as $$
with held as (
    select
        i.pattern_id, e.issue_id, e.ended_at, e.action, e.phrase, n.started_at is null as is_holding,
        extract(epoch from coalesce(n.started_at, greatest(now(), e.ended_at)) - e.ended_at)::double precision
            / 86400 as days
    from act.ending as e
    join core.issue as i on i.workspace_id = e.workspace_id and i.issue_id = e.issue_id
    left join lateral (
        select min(o.started_at) as started_at
        from core.issue as m
        join core.occurrence as o on o.workspace_id = m.workspace_id and o.issue_id = m.issue_id
        where m.workspace_id = $1 and m.pattern_id = i.pattern_id and o.started_at > e.ended_at
    ) as n on true
    where e.workspace_id = $1 and i.pattern_id = any ($2) and e.action is not null and e.action <> 'nothing'
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
