"""Adds to fingerprints what their source is by vote, and how likely a template's issues have one cause."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0090"
down_revision = "0087"

# The first days of 0086 knew no source of a connector's own.
SQL = """
alter table app.connector add column if not exists source text;
comment on column app.connector.source is
    'What its issues have as their source, where that is not the type: '
    '`custom_api:` and the name of a declaration.';
comment on column raw.record.site is
    'The one tool, of all those of its source, that gave the id, by its connector on arrival.';

alter table detect.fingerprint
    add column source_kind text,
    add column title_key text,
    add column template_probability double precision check (template_probability between 0 and 1);
comment on column detect.fingerprint.source_kind is
    'What the rows of its source are by vote, which a template with evidence of its own outvotes.';
comment on column detect.fingerprint.title_key is
    'Of a text whose title others may copy: the same for equal titles.';
comment on column detect.fingerprint.template_probability is
    'That the issues of the template, or of the copied title, have one cause.';
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
