"""The parsed dbt project on disk: whole, and without what a run never looks at."""

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

RUN_MANIFEST = "run_manifest.msgpack"
LIVE_LAYERS = frozenset({"staging", "intermediate"})
"""Views: a run reads them and does not build them."""
RUN_MODELS = ("issue", "change")
INGESTED = "ingested"
"""Stands among the connector types for what was sent in the product's own form."""


def read_manifest(stored: Path) -> Any:
    """The whole parsed project."""
    from dbt.contracts.graph.manifest import Manifest

    return Manifest.from_msgpack(stored.read_bytes())


def read_run_manifest(stored: Path, sources: Sequence[str] = ()) -> Any:
    """The parsed project as a run over some connector types needs it, none meaning all.

    Written beside the whole one where that is newer, for all types.
    """
    from dbt.contracts.graph.manifest import Manifest
    from mashumaro.mixins.msgpack import default_decoder

    reduced = stored.with_name(RUN_MANIFEST)
    if not reduced.exists() or reduced.stat().st_mtime <= stored.stat().st_mtime:
        _write_run_manifest(stored, reduced)
    content = default_decoder(reduced.read_bytes())
    if sources:
        _keep_views_of(content, frozenset({*sources, INGESTED}))
    return Manifest.from_dict(content)


def _write_run_manifest(stored: Path, reduced: Path) -> None:
    """Leave out what costs most of the loading time and is never used.

    That is the text and the columns of views, and the checks of anything but the models that a run builds.
    """
    manifest = read_manifest(stored)
    for node in manifest.nodes.values():
        if node.resource_type == "model" and node.schema in LIVE_LAYERS:
            node.raw_code, node.description, node.columns = "", "", {}
    built = {node.unique_id for node in manifest.nodes.values() if node.name in RUN_MODELS}
    manifest.nodes = {
        unique_id: node
        for unique_id, node in manifest.nodes.items()
        if node.resource_type != "test" or built & set(node.depends_on.nodes)
    }
    manifest.files, manifest.docs, manifest.unit_tests = {}, {}, {}
    written = reduced.with_suffix(f".{os.getpid()}")
    written.write_bytes(manifest.to_msgpack())
    written.replace(reduced)


def _keep_views_of(content: dict[str, Any], types: Collection[str]) -> None:
    """Leave out the staging views of other connector types, and what only those read."""
    read_views = set(_list_staging_views(content, types))
    nodes = {
        unique_id: node
        for unique_id, node in content["nodes"].items()
        if node["schema"] != "staging" or unique_id in read_views
    }
    read_ids = {name for node in nodes.values() for name in node["depends_on"].get("nodes", ())}
    sources = {unique_id: table for unique_id, table in content["sources"].items() if unique_id in read_ids}
    for node in nodes.values():
        parents = node["depends_on"].get("nodes", ())
        node["depends_on"]["nodes"] = [name for name in parents if name in nodes or name in sources]
    content |= {"nodes": nodes, "sources": sources}


def _list_staging_views(content: dict[str, Any], types: Collection[str]) -> Iterator[str]:
    for unique_id, node in content["nodes"].items():
        type_name, _, subject = node["name"].removeprefix("stg_").rpartition("__")
        if node["schema"] == "staging" and subject and type_name in types:
            yield unique_id
