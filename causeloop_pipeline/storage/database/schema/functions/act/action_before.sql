create or replace function act.action_before(workspace uuid, pattern uuid, moment timestamptz, nothing text)
    returns table (ended_at timestamptz, action text)
    language sql stable
as $$
select e.ended_at, e.action
from core.issue as i
join act.ending as e on e.workspace_id = i.workspace_id and e.issue_id = i.issue_id
where i.workspace_id = $1 and i.pattern_id = $2 and e.ended_at < $3 and e.action <> $4
order by e.ended_at desc
limit 1
$$;
comment on function act.action_before(uuid, uuid, timestamptz, text) is
    'The last ending of a pattern before a moment, and what was done; no row: nothing was, which the last parameter names.';
grant execute on function act.action_before to causeloop_pipeline;
