"""`causeloop evaluate grouping FILE --label COLUMN`: the accuracy of the grouping on labelled issues."""

from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from causeloop_pipeline.cli.commands.analyze import (
    DateFormat,
    Json,
    Map,
    MaxBadRows,
    SkipBadRows,
    Timezone,
    WritePage,
)
from causeloop_pipeline.cli.issue_input import MAX_BAD_ROWS, read_issues
from causeloop_pipeline.cli.labelled_sets import (
    KNOWN_COLUMN,
    OTHER_ANSWERS,
    find_labelled_sets,
    read_labelled_set,
    read_labels,
)
from causeloop_pipeline.cli.left_out_sets import measure_left_out_sets
from causeloop_pipeline.cli.output.help import CommandList, show_examples
from causeloop_pipeline.cli.output.quality.grouping import (
    DECILES,
    MeasuredSet,
    describe_grouping,
    list_missed_floors,
    list_reliability,
)
from causeloop_pipeline.cli.output.quality.left_out import describe_left_out, list_missed_goals
from causeloop_pipeline.cli.output.quality.page import write_part
from causeloop_pipeline.cli.output.terminal import USAGE, build_table, fail, print_json_lines, stderr, stdout

LABEL = "group_label"
app = typer.Typer(cls=CommandList, help="Measure quality on labelled data.", no_args_is_help=True)


@app.callback()
def evaluate() -> None:
    """Measure quality on labelled data."""


@app.command(
    epilog=show_examples(
        "evaluate grouping labelled.csv",
        "evaluate grouping labelled.csv --label cause",
        "evaluate grouping --all labelled-sets/",
    )
)
def grouping(
    file: Annotated[
        Path | None,
        typer.Argument(help="Labelled issues, as `analyze` takes them.", show_default=False),
    ] = None,
    label: Annotated[str, typer.Option(metavar="COLUMN", help="The true group of each issue.")] = LABEL,
    all_in: Annotated[
        Path | None,
        typer.Option("--all", metavar="FOLDER", help="Measure every file of a folder that has the column."),
    ] = None,
    leave_out_families: Annotated[
        bool,
        typer.Option(help="Fit again for each file, without the files of its family. Takes some minutes."),
    ] = False,
    max_bad_rows: MaxBadRows = MAX_BAD_ROWS,
    peers: Annotated[bool, typer.Option(help="Also measure other methods on the same issues.")] = True,
    write: WritePage = None,
    maps: Map = None,
    timezone: Timezone = "UTC",
    skip_bad_rows: SkipBadRows = False,
    date_format: DateFormat = None,
    seed: Annotated[int, typer.Option(help="Seed of the intervals.")] = 0,
    as_json: Json = False,
) -> None:
    """Group labelled issues without looking at the labels, and report precision, recall, F1 and more."""
    if all_in is not None:
        if leave_out_families:
            sets = measure_left_out_sets(all_in, label, max_bad_rows, seed=seed)
            part, text, missed = "left-out", describe_left_out(sets), list_missed_goals(sets)
        else:
            sets = _measure_sets(all_in, label, max_bad_rows, peers=peers, seed=seed)
            part, text, missed = "grouping", describe_grouping(sets), _list_missed(sets, label)
        if write is not None:
            write_part(write, part, text)
        _print_sets(sets, as_json=as_json)
        _require_goals(missed)
        return
    if leave_out_families:
        fail("--leave-out-families needs files of several families: name their folder with --all", USAGE)
    if write is not None:
        fail("--write writes a page on every file of a folder: name the folder with --all", USAGE)
    if file is None:
        fail("name a file of labelled issues, or a folder of them with --all FOLDER", USAGE)
    source = read_issues(
        file,
        maps or [],
        timezone,
        skip_bad_rows=skip_bad_rows,
        max_bad_rows=max_bad_rows,
        date_format=date_format,
        unread=[label, KNOWN_COLUMN, *OTHER_ANSWERS],
    )
    if label not in source.file.table.columns:
        fail(f"there is no column {label!r}: the file has {', '.join(source.file.table.columns)}")
    labels = read_labels(source, label)
    report = _measure(file.stem, source.read.issues, labels, peers=peers, seed=seed)
    if as_json:
        print_json_lines("figure", report)
    else:
        _print_figures(report, labels)
    _require_goals(_list_missed([MeasuredSet(file.stem, labels.len(), 0, report)], label))


def _measure(name: str, issues: pl.DataFrame, labels: pl.Series, *, peers: bool, seed: int) -> pl.DataFrame:
    from causeloop_pipeline.analysis.evaluation.grouping_baselines import BASELINES
    from causeloop_pipeline.analysis.evaluation.grouping_report import evaluate_grouping

    with stderr().status(f"grouping {name}"):
        return evaluate_grouping(issues, labels, baselines=tuple(BASELINES) if peers else (), seed=seed)


def _list_missed(sets: Sequence[MeasuredSet], label: str) -> list[str]:
    """The floors that were missed; they are those of the usual label."""
    return list_missed_floors(sets) if label == LABEL else []


def _require_goals(missed: Sequence[str]) -> None:
    if missed:
        fail("; ".join(missed))


def _print_figures(report: pl.DataFrame, labels: pl.Series) -> None:
    figures = report.select(
        "method",
        "figure",
        pl.col("value").round(4),
        pl.when(pl.col("low").is_not_null())
        .then(pl.format("{} to {}", pl.col("low").round(4), pl.col("high").round(4)))
        .alias("95 % interval"),
    )
    title = f"Grouping of {labels.len():,} issues in {labels.n_unique():,} true groups"
    stdout().print(build_table(title, figures.columns, figures.rows(), right=("value", "95 % interval")))


def _measure_sets(
    folder: Path, label: str, max_bad_rows: float, *, peers: bool, seed: int
) -> list[MeasuredSet]:
    """Groups every labelled file of a folder; unreadable rows are skipped and counted."""
    paths = find_labelled_sets(folder, label)
    if not paths:
        fail(f"no file below {folder} has a column {label!r}: name the column with --label")
    sets = []
    for path in paths:
        labelled = read_labelled_set(path, label, max_bad_rows)
        report = _measure(path.stem, labelled.issues, labelled.labels, peers=peers, seed=seed)
        sets.append(MeasuredSet(path.stem, labelled.issues.height, labelled.left_out, report))
    return sets


def _print_sets(sets: Sequence[MeasuredSet], *, as_json: bool) -> None:
    """One table line per set and method, or JSON lines."""
    if as_json:
        for each in sets:
            named = each.report.select(
                pl.lit(each.name).alias("set"), pl.lit(each.left_out).alias("rows_left_out"), pl.all()
            )
            print_json_lines("figure", named)
        return
    lines = [
        (each.name, each.issues, each.left_out, method, *_main_figures(each.report, method))
        for each in sets
        for method in each.report["method"].unique(maintain_order=True)
    ]
    columns = ["set", "rows", "left out", "method", "P", "R", "F1", "95 %", *_FURTHER]
    stdout().print(build_table(f"Grouping of {len(sets)} labelled sets", columns, lines, right=columns[1:3]))
    reliability = [(each.name, *list_reliability(each)) for each in sets]
    title = "Reliability: the share that belongs together, by the confidence shown (patterns)"
    stdout().print(build_table(title, ["set", *DECILES], reliability))


_FURTHER = ("bcubed_f1", "recall@1", "recall@10", "ece", "ece_30_verdicts", "sure_precision")


def _main_figures(report: pl.DataFrame, method: str) -> list[str]:
    """Precision, recall, F1 with its interval, and further figures; a dash for what a method lacks."""
    own = {row["figure"]: row for row in report.filter(pl.col("method") == method).iter_rows(named=True)}

    def show(name: str) -> str:
        value = own[name]["value"] if name in own else None
        return "–" if value is None or isnan(value) else f"{value:.3f}"

    low, high = (own["f1"][side] for side in ("low", "high"))
    interval = "–" if low is None else f"{low:.3f} to {high:.3f}"
    return [show("precision"), show("recall"), show("f1"), interval, *map(show, _FURTHER)]
