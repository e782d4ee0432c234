"""Invokes dbt in this process."""

from collections.abc import Sequence
from typing import Any


def invoke_dbt(arguments: Sequence[str], manifest: Any = None) -> Any:
    """What dbt's own command would do; its result says what went wrong."""
    from dbt.cli.main import dbtRunner

    from causeloop_pipeline.storage.dbt.internals import keep_connections

    keep_connections()
    return dbtRunner(manifest=manifest).invoke(list(arguments))
