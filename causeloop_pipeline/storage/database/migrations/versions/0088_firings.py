"""Gives a condition's firings rows of their own, and says which records tell of no failure."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0088"
down_revision = "0091"

SQL = """
alter table raw.record
    add column observation integer not null default 1,
    drop constraint record_workspace_id_source_external_id_site_payload_hash_key,
    add constraint record_key unique (workspace_id, source, external_id, site, payload_hash, observation);
comment on column raw.record.observation is
    'Which time this very payload was seen: again where it came back, without a time, after another one.';

alter table raw.mapped_record
    add column identifies text,
    add column firing_start text,
    add column occurrences jsonb,
    add column job text,
    add column is_success boolean,
    add column no_failure text;
comment on column raw.mapped_record.identifies is
    'What the external id names: an event, a condition that fires again and again, or a group of events.';
comment on column raw.mapped_record.firing_start is
    'What source_created_at says of when a condition began to fire.';
comment on column raw.mapped_record.occurrences is
    'How often and when a group of events occurred, as the tool tells.';
comment on column raw.mapped_record.job is
    'What the record is a run of: a later success of the same ends its failure.';
comment on column raw.mapped_record.no_failure is
    'Why the record tells of no failure, such as a recovery that followed none; null where it does.';
create index mapped_runs on raw.mapped_record (workspace_id, source, site, job, source_updated_at)
    where job is not null;

-- Mappings say which are conditions, and read all records again: the newest firing keeps the row.
alter table core.issue
    add column fired_at timestamptz,
    drop constraint issue_workspace_id_source_external_id_site_key,
    add constraint issue_key unique nulls not distinct (workspace_id, source, external_id, site, fired_at);
comment on column core.issue.issue_id is
    'md5 of workspace, source, site, external id and start of the firing: a rebuild gives the same id.';
comment on column core.issue.fired_at is
    'When the condition that the external id names began to fire; null where it names an event or a group.';

alter table core.conservation add column no_failure bigint not null default 0;
comment on table core.conservation is
    'records in = issues + changes + versions + no failure + quarantined + still pending, per source.';
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
