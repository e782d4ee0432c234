-- The first failed sync begins an outage of the feed, and the next that succeeds ends it.
create or replace function app.note_sync_result() returns trigger
    language plpgsql
as $$
begin
    if new.status = 'failed' then
        insert into app.feed_outage (workspace_id, connector_id, broke_at, reason)
        select new.workspace_id, new.connector_id, coalesce(new.finished_at, now()), coalesce(new.error, 'Its sync failed')
        where not exists (
            select from app.feed_outage
            where workspace_id = new.workspace_id and connector_id = new.connector_id and repaired_at is null
        )
        on conflict do nothing;
    elsif new.status = 'succeeded' then
        update app.feed_outage set repaired_at = coalesce(new.finished_at, now())
        where workspace_id = new.workspace_id and connector_id = new.connector_id and repaired_at is null;
    end if;
    return null;
end
$$;
