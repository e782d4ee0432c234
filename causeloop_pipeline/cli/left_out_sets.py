"""Measures the labelled files of a folder, each by what was fitted without its family."""

from pathlib import Path

import polars as pl

from causeloop_pipeline.cli.labelled_sets import find_labelled_sets, read_labelled_set
from causeloop_pipeline.cli.output.quality.grouping import MeasuredSet
from causeloop_pipeline.cli.output.quality.known_sets import KNOWN_SETS
from causeloop_pipeline.cli.output.quality.left_out import DUPLICATES_ALONE
from causeloop_pipeline.cli.output.terminal import fail, stderr


def measure_left_out_sets(folder: Path, label: str, max_bad_rows: float, *, seed: int) -> list[MeasuredSet]:
    """The figures of every labelled file that has to do with what is fitted; each other file is a family."""
    from causeloop_pipeline.analysis.evaluation.left_out_report import (
        FamilySet,
        TooFewFamiliesError,
        evaluate_left_out,
    )

    sets, left_out = [], {}
    for path in find_labelled_sets(folder, label):
        public_set = KNOWN_SETS.get(path.stem)
        if public_set is not None and not public_set.is_in_means:
            continue
        labelled = read_labelled_set(path, label, max_bad_rows)
        family = public_set.family if public_set else path.stem
        sets.append(FamilySet(path.stem, family, labelled.issues, labelled.labels))
        left_out[path.stem] = labelled.left_out
    try:
        with stderr().status("reading") as status:
            return [
                MeasuredSet(
                    each.name, each.issues.height, left_out[each.name], report.vstack(_name_method(alone))
                )
                for each, report, alone in evaluate_left_out(sets, seed=seed, report_progress=status.update)
            ]
    except TooFewFamiliesError as error:
        fail(f"{folder}: {error}")


def _name_method(alone: pl.DataFrame) -> pl.DataFrame:
    """The report on the export of duplicates, as that of a method of its own."""
    return alone.with_columns(pl.lit(DUPLICATES_ALONE).alias("method"))
