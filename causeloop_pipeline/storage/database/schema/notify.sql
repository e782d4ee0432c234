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
comment on column notify.alert_state.alert_rule_id is 'The alert rule that was evaluated.';
comment on column notify.alert_state.pattern_id is 'The pattern that it was evaluated for.';
comment on column notify.alert_state.firing is 'Whether the threshold is crossed.';
comment on column notify.alert_state.changed_at is 'When that last changed.';
comment on column notify.alert_state.crossings is 'How often the threshold has been crossed.';
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

create table notify.slack_app (
    workspace_id uuid primary key references app.workspace on delete cascade,
    team_id      text not null check (length(team_id) between 1 and 30),
    team_name    text,
    channel_id   text not null check (channel_id ~ '^[CG][A-Z0-9]{1,29}$'),
    mode         text not null default 'off' check (mode in ('off', 'shadow', 'live')),
    secrets      bytea,
    set_up_by    text not null,
    set_up_at    timestamptz not null default now(),
    started_at   timestamptz not null default now(),
    error        text
);
comment on table notify.slack_app is
    'The Slack app through which a workspace posts cards and people act: at most one.';
comment on column notify.slack_app.secrets is 'Its bot token and signing secret, encrypted.';
comment on column notify.slack_app.started_at is 'Cards begin with what recurs after this.';
comment on column notify.slack_app.error is 'Why nothing can be posted until somebody has changed it.';
select app.isolate('notify.slack_app');
revoke insert, delete on notify.slack_app from causeloop_pipeline;
grant insert, update, delete on notify.slack_app to causeloop_api;

create table notify.slack_message (
    workspace_id uuid not null references app.workspace on delete cascade,
    message_id   uuid not null default uuidv7(),
    pattern_id   uuid not null,
    kind         text not null check (kind in ('card', 'resurfacing')),
    channel_id   text not null,
    body         jsonb not null,
    status       text not null check (status in ('shadow', 'queued', 'sent', 'failed')),
    noted        jsonb not null default '{}',
    attempts     integer not null default 0,
    next_try_at  timestamptz not null default now(),
    is_edit_due  boolean not null default false,
    ts           text,
    error        text,
    decided_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    primary key (workspace_id, message_id)
);
comment on table notify.slack_message is
    'What was posted in Slack, or would have been: one card for each pattern, and why it resurfaced.';
comment on column notify.slack_message.noted is
    'What people were last notified of by a card: severity, pace, round number and failed fix.';
comment on column notify.slack_message.ts is 'The message''s name in its channel, as Slack gives it.';
comment on column notify.slack_message.is_edit_due is 'Whether what the card states has changed since then.';
create unique index card_of_pattern on notify.slack_message (workspace_id, pattern_id) where kind = 'card';
create index slack_messages_due on notify.slack_message (next_try_at) where status = 'queued' or is_edit_due;
select app.isolate('notify.slack_message');
grant delete, update (is_edit_due, next_try_at) on notify.slack_message to causeloop_api;

create table notify.slack_request (
    workspace_id   uuid not null references app.workspace on delete cascade,
    signature_hash bytea not null,
    received_at    timestamptz not null default now(),
    primary key (workspace_id, signature_hash)
);
comment on table notify.slack_request is
    'Signatures of the last minutes: a request of Slack that comes a second time is refused.';
select app.isolate('notify.slack_request');
revoke insert, update, delete on notify.slack_request from causeloop_pipeline;
grant insert, delete on notify.slack_request to causeloop_api;
