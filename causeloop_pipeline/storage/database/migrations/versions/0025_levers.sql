-- A push that failed can be cancelled; pushing again, to any tracker, queues it again.
do $$
declare
    constraint_name text;
begin
    select conname into constraint_name
    from pg_constraint where conrelid = 'act.ticket'::regclass and contype = 'c' and conname like '%status%';
    execute format('alter table act.ticket drop constraint %I', constraint_name);
end
$$;
alter table act.ticket add constraint ticket_status_check
    check (status in ('queued', 'open', 'done', 'failed', 'cancelled'));

-- A rule can be tested: the message takes the same way as an alert.
grant insert on notify.outbox to causeloop_api;

-- Who takes care of a pattern or recommendation, and what people call a pattern.
create table app.assignment (
    workspace_id uuid not null references app.workspace on delete cascade,
    item_kind    text not null check (item_kind in ('pattern', 'recommendation')),
    item_id      uuid not null,
    user_id      uuid not null,
    assigned_by  text not null,
    assigned_at  timestamptz not null default now(),
    primary key (workspace_id, item_kind, item_id),
    foreign key (workspace_id, user_id) references app.membership on delete cascade
);
comment on table app.assignment is 'The person who takes care of a pattern or recommendation.';

create table detect.pattern_handling (
    workspace_id  uuid not null references app.workspace on delete cascade,
    pattern_id    uuid not null,
    name          text,
    snoozed_until timestamptz,
    changed_by    text not null,
    changed_at    timestamptz not null default now(),
    primary key (workspace_id, pattern_id)
);
comment on table detect.pattern_handling is
    'What people set for a pattern: a name of their own, and until when it sends no alerts.';

select app.isolate('app.assignment');
select app.isolate('detect.pattern_handling');
grant insert, update, delete on app.assignment, detect.pattern_handling to causeloop_api;
revoke insert, update, delete on app.assignment, detect.pattern_handling from causeloop_pipeline;

alter table detect.pattern add column typical_gap_days double precision;
comment on column detect.pattern.typical_gap_days is
    'Nine of ten gaps between two days with issues are at most this long; null: fewer than five such days.';
grant update (name) on detect.pattern to causeloop_api;
