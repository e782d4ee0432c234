create or replace function predict.find_current_again() returns trigger
    language plpgsql
as $$
begin
    if tg_op = 'DELETE' then
        delete from predict.current_prediction as c using changed as d
        where c.workspace_id = d.workspace_id and c.pattern_id = d.pattern_id;
    end if;
    insert into predict.current_prediction
        (workspace_id, pattern_id, window_days, prediction_id, issued_at, probability, impact, event_count)
    select d.workspace_id, d.pattern_id, p.window_days, p.prediction_id, p.issued_at, p.probability, p.impact,
           p.event_count
    from (
        select distinct d.workspace_id, d.pattern_id
        from changed as d
        where exists (
            select from detect.pattern as n
            where n.workspace_id = d.workspace_id and n.pattern_id = d.pattern_id
            offset 0
        )
    ) as d
    cross join lateral (
        select distinct on (s.window_days) s.*
        from predict.prediction as s
        where s.workspace_id = d.workspace_id and s.pattern_id = d.pattern_id
        order by s.window_days, s.issued_at desc
    ) as p
    on conflict do nothing;
    return null;
end
$$;
comment on function predict.find_current_again is
    'After predictions or patterns were deleted, and after patterns have come back.';
