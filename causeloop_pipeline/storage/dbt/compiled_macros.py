"""Compiles what dbt would compile in each run: the macros of its models and checks."""

from collections.abc import Collection, Iterator
from typing import Any

CALLED_BY_DBT = (
    "get_columns_in_relation",
    "list_schemas",
    "materialization_incremental_postgres",
    "materialization_test_default",
    "postgres__get_columns_in_relation",
    "postgres__list_schemas",
)


def compile_macros(manifest: Any, models: Collection[str]) -> None:
    """Compile the macros of these models and of the checks into dbt's cache."""
    from dbt_common.clients.jinja import template_cache

    for name in _list_reached_macros(manifest, models):
        template_cache.get_node_template(manifest.macros[name])


def _list_reached_macros(manifest: Any, models: Collection[str]) -> Iterator[str]:
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
