"""The private parts of dbt that the product uses: nothing else in it imports or replaces any.

Decision 30 says what each buys and how that was measured. The contract test fails on a minor version of dbt
that nobody has looked at, and where a part is gone.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from dbt.adapters.postgres.connections import PostgresConnectionManager
from dbt.adapters.postgres.impl import PostgresAdapter
from dbt.contracts.graph.manifest import Manifest
from dbt_common.clients.jinja import template_cache

SUPPORTED_VERSIONS = {"dbt-core": "1.11", "dbt-postgres": "1.11"}
"""The minor versions whose private parts were read."""
IMPORTED_BY_BUILDS = ("dbt.task.build",)
"""Modules that dbt imports at its first build."""
CALLED_BY_DBT = (
    "get_columns_in_relation",
    "list_schemas",
    "materialization_incremental_postgres",
    "materialization_test_default",
    "postgres__get_columns_in_relation",
    "postgres__list_schemas",
)
"""Macros that dbt itself calls."""


class KeptConnections(PostgresConnectionManager):
    """A connection for each of dbt's threads until the invocation ends, when dbt closes them all."""

    def release(self) -> None:
        """Leave the connection open for the thread's next node; one that was lost is closed."""
        connection = self.get_if_exists()
        if connection is None or connection.state != "open" or connection.handle.closed:
            super().release()
        elif connection.transaction_open:
            self._rollback(connection)


def keep_connections() -> None:
    """Let dbt's later invocations keep their connections from node to node."""
    PostgresAdapter.ConnectionManager = KeptConnections


def read_manifest(stored: Path) -> Any:
    """The parsed project, which dbt itself would parse again whenever variables change."""
    manifest = Manifest.from_msgpack(stored.read_bytes())
    # Macros see it as `graph`; dbt makes it only where it parses itself.
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    return manifest


def compile_macros(manifest: Any, models: Collection[str]) -> None:
    """Compile the macros of these models and of the checks into dbt's cache, before a run is forked."""
    for name in list_reached_macros(manifest, models):
        template_cache.get_node_template(manifest.macros[name])


def list_reached_macros(manifest: Any, models: Collection[str]) -> Iterator[str]:
    """The macros that these models, the checks and dbt itself call, directly or not."""
    nodes = (node for node in manifest.nodes.values() if node.name in models or node.resource_type == "test")
    todo = [name for node in nodes for name in node.depends_on.macros]
    todo += [name for name, macro in manifest.macros.items() if macro.name in CALLED_BY_DBT]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in manifest.macros and name not in seen:
            seen.add(name)
            todo += manifest.macros[name].depends_on.macros
            yield name
