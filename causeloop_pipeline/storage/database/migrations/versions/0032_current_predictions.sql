-- The latest prediction of each present pattern and window, in the order of a list. Found among all that were ever
-- made, a page of them cost a look at each pattern.
create table predict.current_prediction (
    workspace_id  uuid not null references app.workspace on delete cascade,
    pattern_id    uuid not null,
    window_days   integer not null,
    prediction_id uuid not null,
    issued_at     timestamptz not null,
    probability   double precision,
    impact        text not null,
    primary key (workspace_id, pattern_id, window_days)
);
comment on table predict.current_prediction is
    'The latest prediction of each present pattern and window; triggers keep it as the predictions are.';
create index current_predictions_by_probability
    on predict.current_prediction (workspace_id, probability desc nulls last, prediction_id desc);
select app.isolate('predict.current_prediction');
grant maintain on predict.current_prediction to causeloop_pipeline;

-- Each of these triggers does what changed, with the rights of who changed it.
create function predict.add_current() returns trigger
    language plpgsql
as $$
begin
    insert into predict.current_prediction as c
        (workspace_id, pattern_id, window_days, prediction_id, issued_at, probability, impact)
    select distinct on (p.workspace_id, p.pattern_id, p.window_days)
        p.workspace_id, p.pattern_id, p.window_days, p.prediction_id, p.issued_at, p.probability, p.impact
    from issued as p
    where exists (
        select from detect.pattern as n
        where n.workspace_id = p.workspace_id and n.pattern_id = p.pattern_id
        offset 0  -- a look at each row, whatever the planner knows of a new table
    )
    order by p.workspace_id, p.pattern_id, p.window_days, p.issued_at desc
    on conflict (workspace_id, pattern_id, window_days) do update
        set prediction_id = excluded.prediction_id, issued_at = excluded.issued_at,
            probability = excluded.probability, impact = excluded.impact
        where c.issued_at <= excluded.issued_at;
    return null;
end
$$;
create trigger add_current after insert on predict.prediction
    referencing new table as issued for each statement execute function predict.add_current();

create function predict.find_current_again() returns trigger
    language plpgsql
as $$
begin
    if tg_op = 'DELETE' then
        delete from predict.current_prediction as c using changed as d
        where c.workspace_id = d.workspace_id and c.pattern_id = d.pattern_id;
    end if;
    insert into predict.current_prediction
        (workspace_id, pattern_id, window_days, prediction_id, issued_at, probability, impact)
    select d.workspace_id, d.pattern_id, p.window_days, p.prediction_id, p.issued_at, p.probability, p.impact
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
create trigger find_current_again after delete on predict.prediction
    referencing old table as changed for each statement execute function predict.find_current_again();
create trigger find_current_again_of_deleted after delete on detect.pattern
    referencing old table as changed for each statement execute function predict.find_current_again();
create trigger find_current_again_of_new after insert on detect.pattern
    referencing new table as changed for each statement execute function predict.find_current_again();

-- Only the tables' owner is held to policies that name other roles.
alter table predict.current_prediction no force row level security;
alter table predict.prediction no force row level security;
alter table detect.pattern no force row level security;
insert into predict.current_prediction
    (workspace_id, pattern_id, window_days, prediction_id, issued_at, probability, impact)
select distinct on (p.workspace_id, p.pattern_id, p.window_days)
    p.workspace_id, p.pattern_id, p.window_days, p.prediction_id, p.issued_at, p.probability, p.impact
from predict.prediction as p
join detect.pattern as n using (workspace_id, pattern_id)
order by p.workspace_id, p.pattern_id, p.window_days, p.issued_at desc;
alter table predict.current_prediction force row level security;
alter table predict.prediction force row level security;
alter table detect.pattern force row level security;

-- A page of one service's issues in the order of time, without a look at all others.
create index issues_of_service on core.issue (workspace_id, service, source_created_at desc, issue_id desc);
