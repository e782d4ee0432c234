create or replace function detect.note_touch() returns trigger
    language plpgsql
as $$
begin
    if tg_op <> 'INSERT' and old.pattern_id is not null
            and exists (select from app.workspace where workspace_id = old.workspace_id) then
        insert into detect.pattern_touch
            (workspace_id, pattern_id, issues, facts, occurred_at, service, team, environment, severity)
        values (old.workspace_id, old.pattern_id, -1, detect.tally_facts(old), old.source_created_at, old.service,
                old.team, old.environment, old.severity);
    end if;
    if tg_op <> 'DELETE' and new.pattern_id is not null then
        insert into detect.pattern_touch
            (workspace_id, pattern_id, issues, facts, occurred_at, service, team, environment, severity)
        values (new.workspace_id, new.pattern_id, 1, detect.tally_facts(new), new.source_created_at, new.service,
                new.team, new.environment, new.severity);
    end if;
    return null;
end
$$;
