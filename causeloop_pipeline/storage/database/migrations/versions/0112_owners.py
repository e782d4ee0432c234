"""Says who owns services, patterns and recommendations, and in which repository a ticket is opened."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0112"
down_revision = "0111"

SQL = """
create table app.owner (
    workspace_id uuid not null references app.workspace on delete cascade,
    owner_id     uuid not null default uuidv7(),
    item_kind    text not null check (item_kind in ('service', 'pattern', 'recommendation')),
    item         text not null check (length(item) between 1 and 300),
    source       text not null check (source in ('person', 'codeowners', 'tools')),
    owner        text,
    contact      text,
    repository   text,
    changed_by   text not null,
    changed_at   timestamptz not null default now(),
    primary key (workspace_id, owner_id),
    unique (workspace_id, item_kind, item, source)
);
comment on table app.owner is
    'Who owns a service, pattern or recommendation, by each source that says so: whom to tell.';
comment on column app.owner.item is 'The name of the service, or the id of the pattern or recommendation.';
select app.isolate('app.owner');
select app.admit_maintenance('app.owner');
revoke insert, update, delete on app.owner from causeloop_pipeline;
grant insert, update, delete on app.owner to causeloop_api;

alter table act.ticket add column target text;
comment on column act.ticket.target is
    'The repository or project that it is opened in; null: the one that the connector names.';
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
