"""Keeps vectors of what people wrote, for the search by meaning, where an encoder is set up."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0121"
down_revision = "0122"

SQL = """
create table detect.vector_space (
    workspace_id uuid primary key references app.workspace on delete cascade,
    encoder      text not null check (encoder ~ '^[0-9a-f]{64}$'),
    projection   bytea not null,
    projected    bigint not null,
    centres      bytea not null default '',
    vector_count bigint not null default 0,
    encoded_at   timestamptz
);
comment on table detect.vector_space is
    'Where the vectors of a workspace lie, and by which encoder they were made; none: no search by meaning.';
comment on column detect.vector_space.projection is
    'What all texts have in common, and the 128 directions in which they differ most: numbers of 16 bits.';
comment on column detect.vector_space.projected is 'Of how many texts the projection was made.';
comment on column detect.vector_space.centres is 'The centre of each cell; empty: there is one cell.';
comment on column detect.vector_space.vector_count is 'How many vectors there were when cells were made.';
comment on column detect.vector_space.encoded_at is
    'The issues of that time have their vectors; null: the first passage over them goes on.';
select app.isolate('detect.vector_space');
select app.admit_maintenance('detect.vector_space');

create table detect.text_vector (
    workspace_id     uuid not null,
    issue_id         uuid not null,
    issue_changed_at timestamptz not null,
    text_hash        bytea not null check (length(text_hash) = 16),
    cell             smallint not null default 0,
    vector           bytea not null check (length(vector) = 128),
    primary key (workspace_id, issue_id),
    foreign key (workspace_id) references detect.vector_space on delete cascade,
    foreign key (workspace_id, issue_id) references core.issue on delete cascade
);
comment on table detect.text_vector is
    'What a sentence encoder makes of an issue that a person wrote: near where texts mean the same.';
comment on column detect.text_vector.issue_changed_at is
    'The issue''s changed_at as this vector saw it; another value means that its text is looked at again.';
comment on column detect.text_vector.text_hash is 'Of the encoded text: equal texts are encoded once.';
comment on column detect.text_vector.cell is 'The cell of detect.vector_space that the vector lies in.';
create index vectors_of_cell on detect.text_vector (workspace_id, cell);
create index vectors_by_text on detect.text_vector (workspace_id, text_hash);
select app.isolate('detect.text_vector');
select app.admit_maintenance('detect.text_vector');
"""


def upgrade() -> None:
    """Add two tables."""
    run_sql(SQL)
