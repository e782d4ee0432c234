-- Alert rules, who receives them, and messages on their way.

create table notify.alert_rule (
    workspace_id          uuid not null references app.workspace on delete cascade,
    alert_rule_id         uuid not null default uuidv7(),
    name                  text not null check (length(name) between 1 and 120),
    scope                 jsonb not null default '{}',
    probability_threshold double precision not null check (probability_threshold between 0 and 1),
    window_days           integer not null default 7 check (window_days between 1 and 365),
    channels              jsonb not null,
    channel_secrets       bytea,
    snoozed_until         timestamptz,
    enabled               boolean not null default true,
    created_by            text not null,
    created_at            timestamptz not null default now(),
    -- A rule that was made or changed, or whose snooze has ended, is evaluated now and not with the next computation.
    evaluated_at          timestamptz,
    primary key (workspace_id, alert_rule_id)
);
comment on column notify.alert_rule.evaluated_at is
    'As of when it was last evaluated as it stands; null: not since it was made or changed.';
create trigger request_evaluation before update on notify.alert_rule for each row
    when (
        (old.scope, old.probability_threshold, old.window_days, old.enabled, old.snoozed_until)
        is distinct from
        (new.scope, new.probability_threshold, new.window_days, new.enabled, new.snoozed_until)
    )
    execute function notify.request_evaluation();
select app.isolate('notify.alert_rule');
grant insert, update, delete on notify.alert_rule to causeloop_api;

create table notify.alert_state (
    workspace_id  uuid not null,
    alert_rule_id uuid not null,
    pattern_id    uuid not null,
    firing        boolean not null,
    changed_at    timestamptz not null,
    crossings     bigint not null default 0,
    primary key (workspace_id, alert_rule_id, pattern_id),
    foreign key (workspace_id, alert_rule_id) references notify.alert_rule on delete cascade
);
select app.isolate('notify.alert_state');

create table notify.outbox (
    workspace_id  uuid not null references app.workspace on delete cascade,
    message_id    uuid not null default uuidv7(),
    alert_rule_id uuid,
    channel       jsonb not null,
    dedupe_key    text not null,
    body          jsonb not null,
    attempts      integer not null default 0,
    next_try_at   timestamptz not null default now(),
    delivered_at  timestamptz,
    given_up_at   timestamptz,
    error         text,
    created_at    timestamptz not null default now(),
    primary key (workspace_id, message_id),
    unique (workspace_id, dedupe_key)
);
create index undelivered on notify.outbox (next_try_at) where delivered_at is null and given_up_at is null;
select app.isolate('notify.outbox');
grant insert on notify.outbox to causeloop_api;

-- Alerts reach an address that is no member's only after its owner has confirmed it.
create table notify.recipient (
    workspace_id uuid not null references app.workspace on delete cascade,
    address      text not null check (address = lower(address)),
    token_hash   bytea not null,
    requested_at timestamptz not null default now(),
    confirmed_at timestamptz,
    primary key (workspace_id, address)
);
comment on table notify.recipient is
    'Addresses of alert rules that belong to no member, and whether their owners confirmed them.';
select app.isolate('notify.recipient');
revoke insert, update, delete on notify.recipient from causeloop_pipeline;
grant insert, update, delete on notify.recipient to causeloop_api;

create table notify.weekly_report (
    workspace_id uuid not null references app.workspace on delete cascade,
    first_day    date not null,
    body         json not null,
    written_at   timestamptz not null default now(),
    primary key (workspace_id, first_day)
);
comment on table notify.weekly_report is
    'The report of each week, as it was written after the week had ended: later readings give these bytes.';
select app.isolate('notify.weekly_report');
revoke update, delete on notify.weekly_report from causeloop_pipeline;
