"""Invokes dbt in this process, without what it would do again in each invocation and for each node."""

from collections.abc import Sequence
from functools import cache
from typing import Any


def invoke_dbt(arguments: Sequence[str], manifest: Any = None) -> Any:
    """What dbt's own command would do; its result says what went wrong."""
    from dbt.cli.main import dbtRunner

    _adapt_dbt()
    return dbtRunner(manifest=manifest).invoke(list(arguments))


@cache
def _adapt_dbt() -> None:
    """Replace what dbt has no setting for, once in a process."""
    from dbt.adapters.postgres.impl import PostgresAdapter
    from dbt.plugins.manager import PluginManager
    from dbt_common.behavior_flags import BehaviorFlagRendered

    from causeloop_pipeline.storage.dbt.kept_connections import KeptConnections

    PostgresAdapter.ConnectionManager = KeptConnections
    # dbt would look through the whole call stack for a name that its switched-off warnings begin with,
    BehaviorFlagRendered._default_source = staticmethod(lambda: "dbt")  # type: ignore[method-assign]
    # and through all installed packages for its plugins.
    modules = PluginManager.get_prefixed_modules()  # type: ignore[no-untyped-call]
    PluginManager.get_prefixed_modules = staticmethod(lambda: modules)  # type: ignore[method-assign]
