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
    primary key (workspace_id, alert_rule_id)
);

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

select app.isolate(t) from unnest(array['notify.alert_rule', 'notify.alert_state', 'notify.outbox']::regclass[]) as t;
grant insert, update, delete on notify.alert_rule to causeloop_api;
