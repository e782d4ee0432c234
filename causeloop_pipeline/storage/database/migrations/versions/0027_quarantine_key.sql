-- The key without the id kept the second of two records out whose payloads and reasons were the same.
do $$
declare
    former text;
begin
    select conname into strict former
    from pg_constraint
    where conrelid = 'raw.quarantine'::regclass and contype = 'u';
    execute format('alter table raw.quarantine drop constraint %I', former);
end
$$;
alter table raw.quarantine
    add constraint quarantine_key
    unique nulls not distinct (workspace_id, source, external_id, payload_hash, reason);
