-- A connector that is stopped begins an outage of its feed. One that is only pushed to has no sync to end it.
create or replace function app.note_connector_status() returns trigger
    language plpgsql
as $$
begin
    if new.status = 'error' then
        insert into app.feed_outage (workspace_id, connector_id, broke_at, reason)
        select new.workspace_id, new.connector_id, now(), coalesce(new.status_reason, 'It was stopped')
        where not exists (
            select from app.feed_outage
            where workspace_id = new.workspace_id and connector_id = new.connector_id and repaired_at is null
        )
        on conflict do nothing;
    elsif new.status = 'active' and new.is_push_only then
        update app.feed_outage set repaired_at = now()
        where workspace_id = new.workspace_id and connector_id = new.connector_id and repaired_at is null;
    end if;
    return null;
end
$$;
