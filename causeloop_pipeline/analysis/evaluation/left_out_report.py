"""How right groups are where nothing was fitted on trackers of the same family."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from causeloop_pipeline.analysis.detect.similarity.pair_parameters import PairParameters
from causeloop_pipeline.analysis.evaluation.grouping_report import evaluate_grouping
from causeloop_pipeline.analysis.evaluation.pair_training.fit import fit_parameters
from causeloop_pipeline.analysis.evaluation.pair_training.labelled_pairs import LabelledTracker, read_tracker

NAIVE_METHODS = ("exact titles", "tf-idf average link")


class TooFewFamiliesError(ValueError):
    """No family would be left to fit on."""


@dataclass(frozen=True, slots=True)
class FamilySet:
    """A labelled set, and its family of trackers; of none: nothing is to be fitted to its labels."""

    name: str
    family: str | None
    issues: pl.DataFrame
    labels: pl.Series


def evaluate_left_out(
    sets: Sequence[FamilySet],
    *,
    baselines: Sequence[str] = NAIVE_METHODS,
    seed: int = 0,
    report_progress: Callable[[str], None] = lambda _: None,
) -> Iterator[tuple[FamilySet, pl.DataFrame]]:
    """Groups each set with weights, base rates and a threshold that were fitted without its family.

    In: labelled sets; the other methods to measure; the seed of exports and intervals; what is given the
    text of each step. Out: each set with its `REPORT_SCHEMA` frame. Raises `TooFewFamiliesError`.
    """
    trackers = []
    for each in sets:
        if each.family is not None:
            report_progress(f"reading {each.name}")
            trackers.append(read_tracker(each.family, each.issues, each.labels, seed=seed))
    if len({tracker.family for tracker in trackers}) < 2:
        raise TooFewFamiliesError("leaving a family out needs sets of two families at least")
    fitted: dict[str | None, PairParameters] = {}
    for each in sets:
        if each.family not in fitted:
            report_progress(f"fitting without {each.family or each.name}")
            fitted[each.family] = fit_parameters(_leave_out(trackers, each.family))
        report_progress(f"grouping {each.name}")
        yield (
            each,
            evaluate_grouping(
                each.issues, each.labels, baselines=baselines, parameters=fitted[each.family], seed=seed
            ),
        )


def _leave_out(trackers: Sequence[LabelledTracker], family: str | None) -> Sequence[LabelledTracker]:
    return [tracker for tracker in trackers if tracker.family != family]
