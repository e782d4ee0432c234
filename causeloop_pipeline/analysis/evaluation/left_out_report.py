"""How right groups are where nothing was fitted on trackers of the same family."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from causeloop_pipeline.analysis.detect.similarity.pair_parameters import PairParameters
from causeloop_pipeline.analysis.evaluation.grouping_report import REPORT_SCHEMA, evaluate_grouping
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
) -> Iterator[tuple[FamilySet, pl.DataFrame, pl.DataFrame]]:
    """Groups each set with weights, base rates and a threshold that were fitted without its family.

    In: labelled sets; the other methods to measure; the seed of exports and intervals; what is given the
    text of each step. Out: each set with its `REPORT_SCHEMA` frame, and with that of its issues that have a
    mate, as an export of nothing but duplicates (empty where the set is one). Raises `TooFewFamiliesError`.
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
        parameters = fitted[each.family]
        report = evaluate_grouping(
            each.issues, each.labels, baselines=baselines, parameters=parameters, seed=seed
        )
        yield each, report, _evaluate_duplicates(each, parameters, seed)


def _evaluate_duplicates(each: FamilySet, parameters: PairParameters, seed: int) -> pl.DataFrame:
    """The report on the issues of a set that have a mate, alone; none where all have one."""
    sizes = pl.DataFrame({"label": each.labels}).select(pl.len().over("label"))["len"]
    has_mate = each.labels.is_not_null() & (sizes > 1)
    if has_mate.all() or not has_mate.any():
        return pl.DataFrame(schema=REPORT_SCHEMA)
    issues, labels = each.issues.filter(has_mate), each.labels.filter(has_mate)
    return evaluate_grouping(issues, labels, parameters=parameters, seed=seed)


def _leave_out(trackers: Sequence[LabelledTracker], family: str | None) -> Sequence[LabelledTracker]:
    return [tracker for tracker in trackers if tracker.family != family]
