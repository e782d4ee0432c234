"""Says beside the credentials of a connector for which receivers they were entered.

What was entered before stays bound to its single origin, and is bound to all receivers when it is next used.
"""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0082"
down_revision = "0091"

SQL = """
alter table app.connector add column credential_receivers jsonb;
comment on column app.connector.credentials is
    'AES-GCM ciphertext bound to workspace, connector, field and receivers; '
    'never leaves the database in clear.';
comment on column app.connector.credential_receivers is
    'The origins that the credentials were entered for, what each receives, and the way of authenticating; '
    'null: entered before 0082 and not used since.';
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
