create table predict.outcome_count (
    workspace_id uuid not null references app.workspace on delete cascade,
    window_days  integer not null,
    closed_on    date not null,
    hits         bigint not null,
    misses       bigint not null,
    prevented    bigint not null,
    primary key (workspace_id, window_days, closed_on)
);
comment on table predict.outcome_count is
    'How predictions ended whose window closed on a day (UTC), by the outcome that counts; triggers keep it as the outcomes are.';
select app.isolate('predict.outcome_count');
grant insert, update on predict.outcome_count to causeloop_api;

-- Does what was recorded, with the rights of who recorded it: takes off the outcome of each prediction that counted
-- before, adds the one that counts now. A person's goes before the system's, a later one before an earlier one.
create function predict.count_outcomes() returns trigger
    language plpgsql
as $$
declare
    former predict.outcome[] := '{}';
begin
    if tg_op = 'UPDATE' then
        former := array(select r from replaced as r);
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
        select 1 as times, now_counts.*
        from (
            select distinct on (workspace_id, prediction_id) workspace_id, prediction_id, outcome
            from present
            order by workspace_id, prediction_id, decided_by = 'system', decided_at desc
        ) as now_counts
        union all
        select -1, counted.*
        from (
            select distinct on (workspace_id, prediction_id) workspace_id, prediction_id, outcome
            from past
            order by workspace_id, prediction_id, decided_by = 'system', decided_at desc
        ) as counted
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
create trigger count_recorded_outcomes after insert on predict.outcome
    referencing new table as recorded for each statement execute function predict.count_outcomes();
create trigger count_changed_outcomes after update on predict.outcome
    referencing old table as replaced new table as recorded
    for each statement execute function predict.count_outcomes();

-- Only the tables' owner is held to policies that name other roles.
alter table predict.outcome_count no force row level security;
alter table predict.outcome no force row level security;
alter table predict.prediction no force row level security;
insert into predict.outcome_count (workspace_id, window_days, closed_on, hits, misses, prevented)
select
    o.workspace_id, p.window_days, (p.closes_at at time zone 'UTC')::date,
    count(*) filter (where o.outcome = 'hit'),
    count(*) filter (where o.outcome = 'miss'),
    count(*) filter (where o.outcome = 'prevented')
from (
    select distinct on (workspace_id, prediction_id) workspace_id, prediction_id, outcome
    from predict.outcome
    order by workspace_id, prediction_id, decided_by = 'system', decided_at desc
) as o
join predict.prediction as p using (workspace_id, prediction_id)
group by 1, 2, 3;
alter table predict.outcome_count force row level security;
alter table predict.outcome force row level security;
alter table predict.prediction force row level security;
