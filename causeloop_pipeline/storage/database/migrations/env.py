"""Runs each revision in its own transaction, one migrator at a time."""

from alembic import context
from sqlalchemy import create_engine, pool, text

MIGRATION_LOCK = 7_326_411

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    connection.execute(text("select pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
    connection.execute(text("create schema if not exists app"))
    connection.commit()
    context.configure(connection=connection, version_table_schema="app", transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("select pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
    connection.commit()
