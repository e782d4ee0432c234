-- Self-service: with a setup link, which is used up, or where the installation allows it.
create or replace function app.sign_up(tenant jsonb, link_hash bytea, setup_hash bytea) returns uuid
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
begin
    if setup_hash is not null then
        delete from app.setup_link where token_hash = setup_hash and expires_at > now();
        if not found then
            return null;
        end if;
        return app.create_tenant(
            tenant || jsonb_build_object('plan', 'enterprise', 'seats', 50, 'invited_by', 'first start'), link_hash
        );
    end if;
    return app.create_tenant(
        tenant || jsonb_build_object('plan', 'free', 'seats', 5, 'invited_by', 'self-service'), link_hash
    );
end
$$;
revoke execute on function app.sign_up from public;
grant execute on function app.sign_up to causeloop_api;
