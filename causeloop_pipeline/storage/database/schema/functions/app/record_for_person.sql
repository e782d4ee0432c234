create or replace function app.record_for_person(person uuid, event text) returns void
    language sql
    set search_path = pg_catalog, pg_temp
begin atomic
    insert into app.audit_log (workspace_id, actor, action, subject)
    select m.workspace_id, 'user:' || person, event, 'user:' || person
    from app.membership as m
    where m.user_id = person and m.status = 'active';
end;
revoke execute on function app.record_for_person from public;
