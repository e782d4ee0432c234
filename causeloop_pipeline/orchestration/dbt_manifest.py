"""The dbt project as Dagster sees it, read from its manifest: assets, their order, and checks."""

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import dagster as dg
import orjson

from causeloop_pipeline.orchestration.asset_metadata import (
    FRESHNESS,
    STARTED_BY_LOOP,
    describe_model,
    explain_automation,
)
from causeloop_pipeline.orchestration.asset_selection import product_key
from causeloop_pipeline.orchestration.partitions import WORKSPACES

BUILT = {"model", "seed"}


@dataclass(frozen=True)
class DbtProject:
    """The project's assets in dependency order."""

    specs: tuple[dg.AssetSpec, ...]
    check_specs: tuple[dg.AssetCheckSpec, ...]
    check_names: Mapping[str, str]
    """dbt's unique id of a check → its name as an asset check."""


def find_manifest() -> Path:
    """The manifest of this very project; another process parses it where there is none, or a former one."""
    from causeloop_pipeline.storage.dbt.runner import open_normalizer

    return open_normalizer().require_manifest_apart()


def read_manifest(path: Path) -> DbtProject:
    """Build asset specs from a manifest; only checks of incremental models run with a sync and are shown."""
    manifest = orjson.loads(path.read_bytes())
    nodes = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] in BUILT}
    sources = {name: find_source_key(source) for name, source in manifest["sources"].items()}
    keys = {name: build_node_key(node) for name, node in nodes.items()}
    parents = reduce_parents({name: node["depends_on"].get("nodes", []) for name, node in nodes.items()})
    order = [name for name in TopologicalSorter(parents).static_order() if name in nodes]
    all_keys = {**keys, **{name: key for name, key in sources.items() if key}}
    specs = tuple(
        build_asset_spec(
            nodes[name], keys[name], [all_keys[parent] for parent in parents[name] if parent in all_keys]
        )
        for name in order
    )
    checks = [
        (name, node, nodes[of])
        for name, node in sorted(manifest["nodes"].items())
        if node["resource_type"] == "test" and (of := find_checked_node(node)) in nodes
    ]
    visible = [(name, node, of) for name, node, of in checks if of["config"]["materialized"] == "incremental"]
    return DbtProject(
        specs,
        tuple(build_check_spec(node, build_node_key(of)) for _, node, of in visible),
        {name: node["name"] for name, node, _ in visible},
    )


def reduce_parents(parents: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Each node's parents without those already implied by another parent (transitive reduction)."""
    ancestors: dict[str, set[str]] = {}
    for name in TopologicalSorter(parents).static_order():
        above = parents.get(name, [])
        ancestors[name] = set(above).union(*(ancestors[parent] for parent in above))
    return {
        name: [
            parent
            for parent in above
            if not any(parent in ancestors[other] for other in above if other != parent)
        ]
        for name, above in parents.items()
    }


def build_node_key(node: Mapping[str, Any]) -> dg.AssetKey:
    """A model's asset is its layer and its name."""
    return product_key(node["schema"], node["name"])


def find_source_key(source: Mapping[str, Any]) -> dg.AssetKey | None:
    """The asset that fills a source, where its own metadata names one."""
    meta = {**source.get("meta", {}), **source.get("config", {}).get("meta", {})}
    key = meta.get("dagster", {}).get("asset_key")
    return product_key(*key) if key else None


def find_checked_node(test: Mapping[str, Any]) -> str | None:
    """The model that a check tests."""
    models = [parent for parent in test["depends_on"]["nodes"] if parent.startswith("model.")]
    return test.get("attached_node") or next(iter(models), None)


def build_asset_spec(node: Mapping[str, Any], key: dg.AssetKey, deps: list[dg.AssetKey]) -> dg.AssetSpec:
    """A model or seed as an asset."""
    materialized = node["config"]["materialized"]
    return dg.AssetSpec(
        key,
        deps=sorted(set(deps)),
        group_name="normalize",
        description=explain_automation(
            node.get("description") or f"{materialized.title()} {node['name']}.", STARTED_BY_LOOP
        ),
        kinds={"dbt", "postgres"},
        owners=["team:pipeline"],
        partitions_def=WORKSPACES,
        metadata={"materialized": materialized, **describe_model(node)},
        freshness_policy=FRESHNESS if materialized == "incremental" else None,
    )


def build_check_spec(test: Mapping[str, Any], key: dg.AssetKey) -> dg.AssetCheckSpec:
    """A dbt test as an asset check of the model that it tests."""
    return dg.AssetCheckSpec(
        test["name"], asset=key, description=test.get("description") or "A dbt test of the records worked on."
    )
