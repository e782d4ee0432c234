create or replace function app.owner_of_pattern(workspace uuid, pattern uuid, fingerprint jsonb) returns jsonb
    language sql stable
as $$
select jsonb_build_object('name', o.owner, 'contact', o.contact, 'source', o.source, 'item_kind', o.item_kind)
from (
    select owner, contact, source, item_kind, 1 as place
    from app.owner
    where workspace_id = $1 and item_kind = 'pattern' and item = $2::text
    union all
    select owner, contact, source, item_kind, case source when 'person' then 2 else 3 end
    from app.owner
    where workspace_id = $1 and item_kind = 'service' and item = $3 -> 'service' ->> 'value'
    union all
    select $3 -> 'team' ->> 'value', null, 'tools', 'pattern', 4
) as o
where o.owner is not null
order by o.place
limit 1
$$;
comment on function app.owner_of_pattern(uuid, uuid, jsonb) is
    'Whom to tell of a pattern: its own owner, else that of its service, else the team that its issues name.';
grant execute on function app.owner_of_pattern to causeloop_api, causeloop_pipeline;
