create or replace function app.owned_services(workspace uuid) returns table (service text, owner text)
    language sql stable
as $$
with stated as (
    select distinct on (item) item as service, owner
    from app.owner
    where workspace_id = $1 and item_kind = 'service' and owner is not null
    order by item, source <> 'person'
), by_tools as (
    select distinct on (p.service) p.service, p.team as owner
    from (
        select fingerprint -> 'service' ->> 'value' as service, fingerprint -> 'team' ->> 'value' as team,
            sum(issue_count) as issues
        from detect.pattern
        where workspace_id = $1
        group by 1, 2
    ) as p
    where p.service is not null and p.team is not null
    order by p.service, p.issues desc, p.team
)
select coalesce(s.service, t.service), coalesce(s.owner, t.owner)
from stated as s
full join by_tools as t on t.service = s.service
$$;
comment on function app.owned_services(uuid) is
    'The services that somebody owns, all at once, each with its owner as app.owner_of_service names it.';
grant execute on function app.owned_services to causeloop_api, causeloop_pipeline;
