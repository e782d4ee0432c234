"""Lets issues be commented on and closed in their trackers: off, shadow or live."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0115"
down_revision = "0118"

SQL = """
alter table app.workspace_settings
    add column comment_mode text not null default 'off' check (comment_mode in ('off', 'shadow', 'live')),
    add column close_mode text not null default 'off' check (close_mode in ('off', 'shadow', 'live'));

create table act.tracker_act (
    workspace_id uuid not null references app.workspace on delete cascade,
    act_id       uuid not null default uuidv7(),
    kind         text not null check (kind in ('comment', 'close')),
    issue_id     uuid not null,
    pattern_id   uuid not null,
    connector_id uuid not null,
    place        text not null check (length(place) between 1 and 300),
    body         text not null check (length(body) between 1 and 4000),
    status       text not null check (status in ('shadow', 'queued', 'sent', 'failed')),
    decided_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    attempts     integer not null default 0,
    is_edit_due  boolean not null default false,
    external_id  text,
    external_url text,
    error        text,
    is_right     boolean,
    judged_by    text,
    judged_at    timestamptz,
    primary key (workspace_id, act_id),
    unique (workspace_id, kind, issue_id)
);
comment on table act.tracker_act is
    'What was done by itself on an issue in its tracker, or would have been: a comment, or closing it.';
comment on column act.tracker_act.place is
    'The issue as its tracker''s API names it, such as acme/shop#12 or OPS-11.';
comment on column act.tracker_act.is_edit_due is 'Whether what the comment says has changed since then.';
comment on column act.tracker_act.is_right is
    'Whether it was right to do it, as a person says or as what came after shows; null: nobody knows yet.';
create index tracker_acts_due on act.tracker_act (workspace_id, decided_at)
    where status = 'queued' or is_edit_due;
select app.isolate('act.tracker_act');
select app.admit_maintenance('act.tracker_act');
grant update (is_right, judged_by, judged_at) on act.tracker_act to causeloop_api;
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
