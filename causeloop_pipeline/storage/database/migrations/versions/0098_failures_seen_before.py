"""Lets failures be found among stored ones by their keys and the names of patterns, and be claimed."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0098"
down_revision = "0093"

SQL = """
create index fingerprints_by_title on detect.fingerprint (workspace_id, title_key)
    where title_key is not null;
create index fingerprints_by_trace on detect.fingerprint (workspace_id, trace_key)
    where trace_key is not null;

alter table detect.grouping_state add column similarity_model jsonb;
comment on column detect.grouping_state.similarity_model is
    'What the pairs of the workspace''s own issues say of one cause: the API compares new failures by it.';

alter table detect.pattern add column words tsvector;
alter table detect.pattern no force row level security;
update detect.pattern set words = to_tsvector('simple', name);
alter table detect.pattern force row level security;
alter table detect.pattern alter column words set not null;
create index patterns_by_words on detect.pattern using gin (words);
create trigger set_words_of_new before insert on detect.pattern for each row
    execute function detect.set_words();
create trigger set_words_of_changed before update on detect.pattern for each row
    when (old.name is distinct from new.name)
    execute function detect.set_words();

alter table act.ticket add column is_edit_due boolean not null default false;
comment on column act.ticket.is_edit_due is
    'Whether what the ticket is about recurred since it was last written.';
comment on table act.ticket is
    'The one ticket of a recommendation, or of a failure claim, however often it is pushed.';

create table act.failure_claim (
    workspace_id     uuid not null references app.workspace on delete cascade,
    claim_id         uuid not null,
    identity         text not null check (identity ~ '^cf_[0-9a-f]{24}$'),
    title            text not null check (length(title) between 1 and 300),
    service          text,
    pattern_id       uuid,
    note             text,
    ticket_url       text,
    claimed_by       text not null,
    claimed_at       timestamptz not null default now(),
    last_seen_at     timestamptz,
    recurrence_count integer not null default 0 check (recurrence_count >= 0),
    released_at      timestamptz,
    primary key (workspace_id, claim_id),
    unique (workspace_id, identity)
);
comment on table act.failure_claim is
    'Who works on a failure, once for each identity; its ticket has the same id in act.ticket.';
comment on column act.failure_claim.ticket_url is 'The ticket that whoever claimed it had opened already.';
comment on column act.failure_claim.recurrence_count is 'How often it was reported again since.';
create index claims_of_pattern on act.failure_claim (workspace_id, pattern_id) where pattern_id is not null;
select app.isolate('act.failure_claim');
revoke insert, update, delete on act.failure_claim from causeloop_pipeline;
grant insert, update on act.failure_claim to causeloop_api;

create table act.failure_alias (
    workspace_id uuid not null,
    alias        text not null,
    claim_id     uuid not null,
    primary key (workspace_id, alias),
    foreign key (workspace_id, claim_id) references act.failure_claim on delete cascade
);
comment on table act.failure_alias is
    'The identities and patterns under which a claimed failure is found again, whatever was grouped since.';
create index aliases_of_claim on act.failure_alias (workspace_id, claim_id);
select app.isolate('act.failure_alias');
revoke insert, update, delete on act.failure_alias from causeloop_pipeline;
grant insert on act.failure_alias to causeloop_api;
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
