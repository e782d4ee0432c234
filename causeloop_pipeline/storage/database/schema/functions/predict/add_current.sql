-- Does what changed, with the rights of who changed it.
create or replace function predict.add_current() returns trigger
    language plpgsql
as $$
begin
    insert into predict.current_prediction as c
        (workspace_id, pattern_id, window_days, prediction_id, issued_at, probability, impact, event_count)
    select distinct on (p.workspace_id, p.pattern_id, p.window_days)
        p.workspace_id, p.pattern_id, p.window_days, p.prediction_id, p.issued_at, p.probability, p.impact, p.event_count
    from issued as p
    where exists (
        select from detect.pattern as n
        where n.workspace_id = p.workspace_id and n.pattern_id = p.pattern_id
        offset 0  -- a look at each row, whatever the planner knows of a new table
    )
    order by p.workspace_id, p.pattern_id, p.window_days, p.issued_at desc
    on conflict (workspace_id, pattern_id, window_days) do update
        set prediction_id = excluded.prediction_id, issued_at = excluded.issued_at,
            probability = excluded.probability, impact = excluded.impact, event_count = excluded.event_count
        where c.issued_at <= excluded.issued_at;
    return null;
end
$$;
