"""`causeloop evaluate causes FILE`: how often the predicted cause of a report agrees with people's."""

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from causeloop_pipeline.cli.commands.analyze import Json, WritePage
from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.quality.causes import describe_causes
from causeloop_pipeline.cli.output.quality.page import write_part
from causeloop_pipeline.cli.output.terminal import build_table, fail, print_json_lines, stderr, stdout
from causeloop_pipeline.landing.export_file.reader import IssueFileError, read_issue_file

EXAMPLES = show_examples(
    "evaluate causes reports.csv --label cause", "evaluate causes reports.csv --without reason"
)
TEXT_COLUMNS = ("title", "description", "body")


def causes(
    file: Annotated[Path, typer.Argument(help="Reports with their cause: .csv, .jsonl or .parquet.")],
    label: Annotated[
        str,
        typer.Option(metavar="COLUMN", help="Internal causes, external causes or unknown; several with ;."),
    ] = "cause_layer1",
    without: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="Read again without the sentences of this column: those on the cause."
        ),
    ] = None,
    write: WritePage = None,
    seed: Annotated[int, typer.Option(help="Seed of the intervals.")] = 0,
    as_json: Json = False,
) -> None:
    """Predict the cause of each report without its label, beside always predicting the most frequent one.

    Fails where fewer than 85 % of the causes named are right, or the commonest label is right more often.
    """
    from causeloop_pipeline.analysis.evaluation.cause_report import (
        evaluate_causes,
        list_missed_goals,
        remove_text,
    )

    try:
        source = read_issue_file(file).table
    except IssueFileError as error:
        fail(str(error))
    columns = [name for name in TEXT_COLUMNS if name in source.columns]
    if without is not None and without not in source.columns:
        fail(f"{file.name} has no column {without}: it has {', '.join(source.columns)}")
    if label not in source.columns or not columns:
        absent = label if label not in source.columns else " or ".join(TEXT_COLUMNS)
        fail(f"{file.name} has no column {absent}: it has {', '.join(source.columns)}")
    text = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in columns], separator="\n")
    texts = source.select(text.alias("text")).to_series()
    labels = source[label].cast(pl.String)
    with stderr().status("reading causes"):
        reports: dict[str | None, pl.DataFrame] = {None: evaluate_causes(texts, labels, seed=seed)}
        if without is not None:
            gone = source[without].cast(pl.String)
            rest = pl.Series([remove_text(each, part) for each, part in zip(texts, gone, strict=True)])
            reports[without] = evaluate_causes(rest, labels, seed=seed)
    if write is not None:
        write_part(write, "causes", describe_causes(file.name, label, reports))
    for removed, report in reports.items():
        _print_report(report, removed, as_json=as_json)
    missed = [text for removed, report in reports.items() for text in list_missed_goals(report, removed)]
    if missed:
        fail("; ".join(missed))


def _print_report(report: pl.DataFrame, without: str | None, *, as_json: bool) -> None:
    """A table, or JSON lines."""
    if as_json:
        print_json_lines("figure", report.with_columns(without=pl.lit(without, dtype=pl.String)))
        return
    rows = [
        (
            row["method"],
            row["figure"],
            f"{row['value']:.3f}",
            f"{row['low']:.3f} to {row['high']:.3f}",
            row["n"],
        )
        for row in report.iter_rows(named=True)
    ]
    title = f"Causes of reports without the sentences of {without}" if without else "Causes of reports"
    columns = ["method", "figure", "value", "95 %", "reports"]
    stdout().print(build_table(title, columns, rows, right=("value", "reports")))
