-- Does what was recorded, with the rights of who recorded it: takes off the outcome of each prediction that counted
-- before, adds the one that counts now. A person's goes before the system's, a later one before an earlier one.
create or replace function predict.count_outcomes() returns trigger
    language plpgsql
as $$
declare
    former predict.outcome[] := '{}';
begin
    if tg_op = 'UPDATE' then
        former := array(select r from replaced as r);
    elsif tg_op = 'DELETE' then
        -- The system's outcomes go with their predictions, which are counted on.
        if not exists (select from recorded where decided_by <> 'system') then
            return null;
        end if;
        former := array(select r from recorded as r);
    end if;
    insert into predict.outcome_count as c (workspace_id, window_days, closed_on, hits, misses, prevented)
    with touched as materialized (
        select distinct workspace_id, prediction_id from recorded
    ), present as materialized (
        select o.*
        from touched as t
        cross join lateral (
            select o.workspace_id, o.prediction_id, o.decided_by, o.decided_at, o.outcome
            from predict.outcome as o
            where o.workspace_id = t.workspace_id and o.prediction_id = t.prediction_id
            offset 0  -- a look at each row, whatever the planner knows of a new table
        ) as o
    ), past as (
        select p.*
        from present as p
        where not exists (
            select from recorded as r
            where r.workspace_id = p.workspace_id and r.prediction_id = p.prediction_id
                and r.decided_by = p.decided_by
        )
        union all
        select f.workspace_id, f.prediction_id, f.decided_by, f.decided_at, f.outcome from unnest(former) as f
    ), changed as (
        select distinct on (times, workspace_id, prediction_id) times, workspace_id, prediction_id, outcome
        from (select 1 as times, p.* from present as p union all select -1, p.* from past as p) as compared
        order by times, workspace_id, prediction_id, decided_by = 'system', decided_at desc
    )
    select
        h.workspace_id, p.window_days, p.closed_on,
        coalesce(sum(h.times) filter (where h.outcome = 'hit'), 0),
        coalesce(sum(h.times) filter (where h.outcome = 'miss'), 0),
        coalesce(sum(h.times) filter (where h.outcome = 'prevented'), 0)
    from changed as h
    cross join lateral (
        select p.window_days, (p.closes_at at time zone 'UTC')::date as closed_on
        from predict.prediction as p
        where p.workspace_id = h.workspace_id and p.prediction_id = h.prediction_id
        offset 0
    ) as p
    group by h.workspace_id, p.window_days, p.closed_on
    order by h.workspace_id, p.window_days, p.closed_on
    on conflict (workspace_id, window_days, closed_on) do update
        set hits = c.hits + excluded.hits, misses = c.misses + excluded.misses,
            prevented = c.prevented + excluded.prevented;
    return null;
end
$$;
