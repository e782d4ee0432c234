create or replace function act.fix_before(workspace uuid, pattern uuid, moment timestamptz)
    returns table (fixed_at timestamptz, verdict text)
    language sql stable
as $$
select f.fixed_at, p.verdict
from act.fix as f
left join act.proof as p
    on p.workspace_id = f.workspace_id and p.recommendation_id = f.recommendation_id and p.pattern_id = f.pattern_id
where f.workspace_id = $1 and f.pattern_id = $2 and f.withdrawn_at is null and f.fixed_at < $3
order by f.fixed_at desc
limit 1
$$;
comment on function act.fix_before(uuid, uuid, timestamptz) is
    'The last claimed fix of a pattern before a moment, and what its proof says; no row: nobody had claimed one.';
grant execute on function act.fix_before to causeloop_pipeline;
