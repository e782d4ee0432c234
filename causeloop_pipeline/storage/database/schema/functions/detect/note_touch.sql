create or replace function detect.note_touch() returns trigger
    language plpgsql
as $$
declare
    with_occurrences constant boolean := tg_op <> 'UPDATE'
        or (old.pattern_id, old.service, old.team, old.environment, old.severity)
            is distinct from (new.pattern_id, new.service, new.team, new.environment, new.severity);
begin
    if tg_op <> 'INSERT' and old.pattern_id is not null
            and exists (select from app.workspace where workspace_id = old.workspace_id) then
        perform detect.add_touches(old, -1, with_occurrences);
    end if;
    if tg_op <> 'DELETE' and new.pattern_id is not null then
        perform detect.add_touches(new, 1, with_occurrences);
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end
$$;
