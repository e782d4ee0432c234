"""Silent failures: nothing is read, records pile up, a slot is held, predictions drift."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from causeloop_pipeline.storage.health.product_figures import INTERVALS_OF_SILENCE, ProductFigures

MAX_LAG_SECONDS = 900
MAX_SILENT_SECONDS = 1_800
"""How long a run may write no event: a step of a large workspace takes minutes."""

MIN_GRADED, MAX_DRIFT = 200, 0.1


@dataclass(frozen=True)
class SilentFailure:
    """A failure that nothing else reports; the text names no customer."""

    subject: str
    text: str


def find_silent_failures(
    figures: ProductFigures, held_slots: int, silent_runs: Sequence[str] = ()
) -> Iterator[SilentFailure]:
    """The silent failures of an installation, each subject at most once."""
    if silent := len(figures.silent_connectors):
        connectors = "1 connector was" if silent == 1 else f"{silent:,} connectors were"
        yield SilentFailure(
            "connectors that are not read",
            f"{connectors} not read for {INTERVALS_OF_SILENCE} intervals. `causeloop status` names them; see "
            "whether the daemon runs and whether runs wait.",
        )
    if figures.pending_records and figures.oldest_pending_seconds > MAX_LAG_SECONDS:
        minutes = figures.oldest_pending_seconds / 60
        yield SilentFailure(
            "a backlog of records",
            f"{figures.pending_records:,} records wait, the oldest for {minutes:,.0f} minutes. Look at the "
            "runs in Dagster: one fails or waits.",
        )
    if held_slots:
        yield SilentFailure(
            "a slot that is held",
            f"{held_slots} ended runs still hold a slot, and others wait for it. Restart Causeloop, which "
            "frees it.",
        )
    if silent_runs:
        yield SilentFailure(
            "a run that makes no progress",
            f"{', '.join(silent_runs)} wrote nothing for {MAX_SILENT_SECONDS / 60:.0f} minutes, and others "
            "wait for it. It ends by itself after two hours; end it in the Dagster UI to go on now.",
        )
    if is_drifting(figures):
        yield SilentFailure(
            "predictions that drift",
            f"Of {figures.graded_predictions:,} predictions whose windows closed in 90 days, "
            f"{figures.predicted_share:.0%} were predicted to recur and {figures.occurred_share:.0%} did. "
            "The nightly run trains again; the accuracy page of each workspace shows where.",
        )


def is_drifting(figures: ProductFigures) -> bool:
    """Whether predictions and outcomes differ by more than chance and calibration error explain."""
    drift = abs(figures.predicted_share - figures.occurred_share)
    return figures.graded_predictions >= MIN_GRADED and drift > MAX_DRIFT
