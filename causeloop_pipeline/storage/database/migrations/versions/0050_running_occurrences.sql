-- What occurred in patterns, by month and in columns: a run reads months, not every issue. A month is written again
-- when an issue of it came, changed or went.
create table detect.occurrence_month (
    workspace_id uuid not null references app.workspace on delete cascade,
    month        date not null check (extract(day from month) = 1),
    content      bytea not null,
    primary key (workspace_id, month)
);
alter table detect.occurrence_month alter column content set storage external;  -- it is compressed already
comment on table detect.occurrence_month is
    'When and where the patterns of a workspace occurred in a month (UTC), as a parquet file; none until they are counted.';
select app.isolate('detect.occurrence_month');
revoke select on detect.occurrence_month from causeloop_api;
grant maintain on detect.occurrence_month to causeloop_pipeline;

-- A touch says what occurred, so that the months follow as the tallies do.
alter table detect.pattern_touch
    add column occurred_at timestamptz, add column service text, add column team text, add column environment text,
    add column severity text;
comment on column detect.pattern_touch.occurred_at is 'When the issue began; null: the touch is older than the months.';

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

-- Every run checks whether the workspace has grown so much that everything is grouped again.
alter table detect.grouping_state add column added_issues bigint not null default 0;
comment on column detect.grouping_state.added_issues is 'How many issues joined the index since all were grouped.';

-- Numbers that every run reads of each pattern, without the rest of its summary.
alter table detect.pattern_summary
    add column issues bigint not null generated always as ((summary ->> 'issue_count')::bigint) stored,
    add column p1 bigint not null generated always as (coalesce((summary -> 'severities' ->> 'p1')::bigint, 0)) stored,
    add column p2 bigint not null generated always as (coalesce((summary -> 'severities' ->> 'p2')::bigint, 0)) stored,
    add column p3 bigint not null generated always as (coalesce((summary -> 'severities' ->> 'p3')::bigint, 0)) stored,
    add column p4 bigint not null generated always as (coalesce((summary -> 'severities' ->> 'p4')::bigint, 0)) stored,
    add column services bigint not null generated always as ((summary ->> 'services')::bigint) stored,
    add column teams bigint not null generated always as ((summary ->> 'teams')::bigint) stored;

-- Every run checks by its latest prediction whether a pattern is due for a new one.
alter table predict.current_prediction add column event_count bigint;

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

-- Only the tables' owner is held to policies that name other roles.
alter table predict.current_prediction no force row level security;
alter table predict.prediction no force row level security;
update predict.current_prediction as c
set event_count = p.event_count
from predict.prediction as p
where p.workspace_id = c.workspace_id and p.prediction_id = c.prediction_id;
alter table predict.current_prediction force row level security;
alter table predict.prediction force row level security;
