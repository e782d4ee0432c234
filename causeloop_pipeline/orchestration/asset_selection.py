"""Which assets a run needs: those that changed, and everything downstream."""

from collections.abc import Iterable, Sequence

import dagster as dg

from causeloop_pipeline.model.recompute import RecomputeKind

PREFIX, LANDING = "causeloop", "landing"


def product_key(*path: str) -> dg.AssetKey:
    """The key of one of the product's assets, separate from others in the same Dagster."""
    return dg.AssetKey([PREFIX, *path])


MAPPED = product_key("raw", "mapped_record")
ISSUE, CHANGE = product_key("core", "issue"), product_key("core", "change")
OCCURRENCE = product_key("core", "occurrence")
PATTERNS = product_key("patterns")
FIRST_STAGE = {
    RecomputeKind.PATTERNS.value: product_key("fingerprints"),
    RecomputeKind.CLUSTERS.value: product_key("clusters"),
    RecomputeKind.PREDICTIONS.value: product_key("predictions"),
    RecomputeKind.EVERYTHING.value: ISSUE,
}
"""Where each kind of recompute request begins; `sync` begins at the landing of the workspaces' tools."""


def select_downstream(
    repository: dg.RepositoryDefinition | None, roots: Iterable[dg.AssetKey]
) -> Sequence[dg.AssetKey]:
    """These assets and everything downstream of them, in a stable order."""
    if repository is None:
        raise dg.DagsterInvariantViolationError("a sensor needs the repository to choose assets from")
    existing = repository.asset_graph.materializable_asset_keys
    chosen = [root for root in roots if root in existing]
    if ISSUE in chosen:  # one step writes both
        chosen.append(CHANGE)
    if not chosen:
        return []
    selected = dg.AssetSelection.assets(*chosen).downstream().resolve(repository.asset_graph)
    return sorted(selected)


def landing_key(connector_name: str) -> dg.AssetKey:
    """The asset of a tool."""
    return product_key(LANDING, connector_name)


def select_landings(types: Iterable[str]) -> list[dg.AssetKey]:
    """The landing assets of some tools."""
    return [landing_key(name) for name in sorted(set(types))]
