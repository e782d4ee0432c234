"""Changes of an asset's freshness as Dagster's daemon records them.

Dagster exports no way to record one, and its daemon takes a minute for each: this is the only place that
reaches for the two private names.
"""

import dagster as dg
from dagster._core.definitions.freshness import FreshnessState, FreshnessStateChange


def record_freshness(instance: dg.DagsterInstance, asset: str, state: str, at: float) -> None:
    """Record that an asset is now PASS, WARN or FAIL."""
    instance.report_runless_asset_event(
        FreshnessStateChange(
            key=dg.AssetKey(asset),
            new_state=FreshnessState[state],
            previous_state=FreshnessState.UNKNOWN,
            state_change_timestamp=at,
        )
    )
