"""Keeps what may have one cause but is not linked as questions to people."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0092"
down_revision = "0088"

SQL = """
create table detect.suggestion (
    workspace_id   uuid not null references app.workspace on delete cascade,
    suggestion_id  uuid not null
        generated always as (md5(issue_id::text || other_issue_id::text)::uuid) stored,
    issue_id       uuid not null,
    other_issue_id uuid not null,
    confidence     double precision not null check (confidence between 0 and 1),
    reason         jsonb not null,
    primary key (workspace_id, suggestion_id),
    foreign key (workspace_id, issue_id) references core.issue on delete cascade,
    foreign key (workspace_id, other_issue_id) references core.issue on delete cascade
);
comment on table detect.suggestion is
    'Two issues that may have one cause, not surely enough to be linked: a person decides.';
comment on column detect.suggestion.other_issue_id is 'The earlier issue, of another pattern or of none.';
create index suggestions_of_issue on detect.suggestion (workspace_id, issue_id);
create index suggestions_of_other_issue on detect.suggestion (workspace_id, other_issue_id);
create index suggestions_by_confidence
    on detect.suggestion (workspace_id, confidence desc, suggestion_id desc);
select app.isolate('detect.suggestion');

alter table detect.pattern_feedback alter column pattern_id drop not null;
comment on column detect.pattern_feedback.pattern_id is 'Null: the two issues were in no pattern.';
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
