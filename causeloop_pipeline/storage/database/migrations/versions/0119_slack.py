"""Lets a workspace post cards in Slack, where people act on patterns under their own roles."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0119"
down_revision = "0124"

SQL = """
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
select app.admit_maintenance('notify.slack_app');
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
select app.admit_maintenance('notify.slack_message');
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
select app.admit_maintenance('notify.slack_request');
revoke insert, update, delete on notify.slack_request from causeloop_pipeline;
grant insert, delete on notify.slack_request to causeloop_api;
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
