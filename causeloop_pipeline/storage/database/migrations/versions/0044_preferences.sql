create table app.preference (
    workspace_id uuid not null references app.workspace on delete cascade,
    holder_id    uuid not null,
    user_id      uuid,
    saved_views  jsonb not null default '{}',
    seen_at      timestamptz,
    report_to    text,
    reported_on  date,
    primary key (workspace_id, holder_id),
    foreign key (workspace_id, user_id) references app.membership on delete cascade,
    check (user_id = holder_id)
);
comment on table app.preference is
    'What a person, or a key, keeps in a workspace: saved views, which notifications were seen, the weekly report.';
comment on column app.preference.user_id is 'The holder where it is a person: goes with the membership.';
comment on column app.preference.report_to is 'Where the weekly report goes: the address of the person; null: it is not wanted.';
comment on column app.preference.reported_on is 'The Monday of the last weekly report that was sent.';
select app.isolate('app.preference');
grant insert, update, delete on app.preference to causeloop_api;
revoke insert, delete on app.preference from causeloop_pipeline;

-- Reopening a pattern withdraws its closure notes: they stay on record, and no longer count.
alter table detect.closure_note add column withdrawn_at timestamptz;
alter table detect.closure_note add column withdrawn_by text;
grant update (withdrawn_at, withdrawn_by) on detect.closure_note to causeloop_api;
grant update (status, resolved_at, reopened_at) on detect.pattern to causeloop_api;

-- Notifications tell what was graded lately, however many predictions were graded before.
create index outcomes_by_time on predict.outcome (workspace_id, decided_at) where decided_by = 'system';
