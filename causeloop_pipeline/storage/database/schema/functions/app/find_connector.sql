-- The connector of a webhook's address, in any workspace, and whether its organization is active: one round trip for
-- what a request must know before it has a workspace. The caller's rights decide what it sees, setting by setting; an
-- unknown connector takes the same steps as a known one.
create or replace function app.find_connector(connector uuid)
    returns table (workspace_id uuid, type text, config jsonb, webhook_secrets bytea, site text, source text,
        is_organization_active boolean)
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform set_config('causeloop.connector', connector::text, true);
    select c.workspace_id, c.type, c.config, c.webhook_secrets, c.site, c.source
    into find_connector.workspace_id, find_connector.type, find_connector.config, find_connector.webhook_secrets,
        find_connector.site, find_connector.source
    from app.connector as c
    where c.connector_id = connector;
    perform set_config(
        'causeloop.workspace',
        coalesce(find_connector.workspace_id, '00000000-0000-0000-0000-000000000000')::text,
        true
    );
    is_organization_active := exists (
        select from app.workspace as w join app.organization as o using (organization_id) where o.status = 'active'
    );
    if find_connector.workspace_id is not null then
        return next;
    end if;
end
$$;
comment on function app.find_connector is
    'Finds the connector that a webhook is for, and whether its organization is active, with the rights of the caller.';
revoke execute on function app.find_connector from public;
grant execute on function app.find_connector to causeloop_api;
