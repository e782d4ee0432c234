-- Notes that an issue came to a pattern (1) or left it (-1), and, where they count, each of its occurrences with it.
create or replace function detect.add_touches(i core.issue, change integer, with_occurrences boolean) returns void
    language sql
as $$
    insert into detect.pattern_touch (workspace_id, pattern_id, issues, facts)
    values (i.workspace_id, i.pattern_id, change, detect.tally_facts(i));

    insert into detect.pattern_touch
        (workspace_id, pattern_id, occurrences, facts, occurred_at, service, team, environment, severity)
    select i.workspace_id, i.pattern_id, change, jsonb_build_object('day', detect.day_of(o.started_at)), o.started_at,
           i.service, i.team, i.environment, i.severity
    from core.occurrence as o
    where with_occurrences and o.workspace_id = i.workspace_id and o.issue_id = i.issue_id;
$$;
