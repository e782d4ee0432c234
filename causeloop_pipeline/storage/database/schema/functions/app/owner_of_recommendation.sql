create or replace function app.owner_of_recommendation(workspace uuid, recommendation uuid, patterns uuid[]) returns jsonb
    language sql stable
as $$
select o.owner
from (
    select 0 as place, jsonb_build_object(
        'name', owner, 'contact', contact, 'source', source, 'item_kind', item_kind) as owner
    from app.owner
    where workspace_id = $1 and item_kind = 'recommendation' and item = $2::text and owner is not null
    union all
    select n.place, app.owner_of_pattern(p.workspace_id, p.pattern_id, p.fingerprint)
    from unnest($3) with ordinality as n (pattern_id, place)
    join detect.pattern as p on p.workspace_id = $1 and p.pattern_id = n.pattern_id
) as o
where o.owner is not null
order by o.place
limit 1
$$;
comment on function app.owner_of_recommendation(uuid, uuid, uuid[]) is
    'Whom to tell of a recommendation: its own owner, else that of the first of its patterns which has one.';
grant execute on function app.owner_of_recommendation to causeloop_api, causeloop_pipeline;
