create or replace function app.owner_of_service(workspace uuid, service text) returns jsonb
    language sql stable
as $$
select jsonb_build_object(
    'name', o.owner, 'contact', o.contact, 'source', o.source, 'item_kind', 'service', 'repository', (
        select repository from app.owner
        where workspace_id = $1 and item_kind = 'service' and item = $2 and repository is not null
        order by source <> 'person'
        limit 1
    )
)
from (
    select owner, contact, source, case source when 'person' then 1 else 2 end as place
    from app.owner
    where workspace_id = $1 and item_kind = 'service' and item = $2
    union all
    (
        select fingerprint -> 'team' ->> 'value', null, 'tools', 3
        from detect.pattern
        where workspace_id = $1 and fingerprint -> 'service' ->> 'value' = $2
            and fingerprint -> 'team' ->> 'value' is not null
        group by 1
        order by sum(issue_count) desc, 1
        limit 1
    )
) as o
order by o.owner is null, o.place
limit 1
$$;
comment on function app.owner_of_service(uuid, text) is
    'Whom to tell of a service: by hand, else by CODEOWNERS, else the team that most issues of its patterns name.';
grant execute on function app.owner_of_service to causeloop_api, causeloop_pipeline;
