"""Runs the revisions on the connection, and in the transaction, that `migrate` hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table_schema="app")
with context.begin_transaction():
    context.run_migrations()
