create or replace function act.claim_done_items(workspace uuid) returns bigint
    language sql volatile
as $$
with done as (
    select i.item_id, p.pattern_id, i.done_at, m.imported_by
    from act.postmortem as m
    join act.action_item as i on i.workspace_id = m.workspace_id and i.postmortem_id = m.postmortem_id
    cross join unnest(m.pattern_ids) as p (pattern_id)
    where m.workspace_id = $1 and m.status = 'imported' and i.is_done and i.kind = 'fix' and i.done_at <= now()
), withdrawn as (
    update act.fix as f
    set withdrawn_at = now()
    from act.action_item as i
    where f.workspace_id = $1 and i.workspace_id = $1 and f.recommendation_id = i.item_id and f.withdrawn_at is null
        and not exists (
            select from done as d
            where d.item_id = f.recommendation_id and d.pattern_id = f.pattern_id and d.done_at = f.fixed_at
        )
    returning 1
), claimed as (
    insert into act.fix as f (workspace_id, recommendation_id, pattern_id, fixed_at, claimed_by)
    select $1, d.item_id, d.pattern_id, d.done_at, d.imported_by
    from done as d
    on conflict (workspace_id, recommendation_id, pattern_id, fixed_at) do update
        set withdrawn_at = null
        where f.withdrawn_at is not null
    returning 1
)
select (select count(*) from withdrawn) + (select count(*) from claimed)
$$;
comment on function act.claim_done_items(uuid) is
    'Claims the fixes that done action items are, and withdraws those that no longer are; how many changed.';
grant execute on function act.claim_done_items to causeloop_api, causeloop_pipeline;
