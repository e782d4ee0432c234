"""The job by which sensors, the nightly schedule and people run assets: all of them, or a part."""

import dagster as dg

loop = dg.define_asset_job(
    "loop",
    dg.AssetSelection.all(),
    description="From what tools hold to ranked recommendations; a run selects the assets that it needs.",
)
