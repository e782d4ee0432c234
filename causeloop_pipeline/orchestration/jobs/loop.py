"""The asset jobs: the whole loop, and its two most frequent parts."""

import dagster as dg

from causeloop_pipeline.orchestration.asset_selection import CHANGE, ISSUE, PATTERNS

loop = dg.define_asset_job(
    "loop",
    dg.AssetSelection.all(),
    description="From what tools hold to ranked recommendations; a run selects the assets that it needs.",
)

_after_patterns = dg.AssetSelection.assets(PATTERNS).downstream(include_self=False)

grouping = dg.define_asset_job(
    "grouping",
    dg.AssetSelection.assets(ISSUE, CHANGE).downstream() - _after_patterns,
    description="From records that arrived to issues in their patterns.",
)

ranking = dg.define_asset_job(
    "ranking",
    _after_patterns,
    description="From patterns to predictions, proofs and ranked recommendations.",
)

ASSET_JOBS = (loop, grouping, ranking)
