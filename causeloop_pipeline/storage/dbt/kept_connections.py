"""dbt's connections, kept open from node to node: a new one costs as much as what a check reads by it."""

from dbt.adapters.postgres.connections import PostgresConnectionManager


class KeptConnections(PostgresConnectionManager):
    """A connection for each of dbt's threads until the invocation ends, when dbt closes them all."""

    def release(self) -> None:
        """Leave the connection open for the thread's next node; one that was lost is closed."""
        connection = self.get_if_exists()
        if connection is None or connection.state != "open" or connection.handle.closed:
            super().release()
        elif connection.transaction_open:
            self._rollback(connection)
