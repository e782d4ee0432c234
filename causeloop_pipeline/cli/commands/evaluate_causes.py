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
        typer.Option(metavar="COLUMN", help="Remove the sentences of this column: those on the cause."),
    ] = None,
    write: WritePage = None,
    seed: Annotated[int, typer.Option(help="Seed of the intervals.")] = 0,
    as_json: Json = False,
) -> None:
    """Predict the cause of each report without its label, beside always predicting the most frequent one."""
    from causeloop_pipeline.analysis.evaluation.cause_report import evaluate_causes, remove_text

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
    if without is not None:
        gone = source[without].cast(pl.String)
        texts = pl.Series([remove_text(each, part) for each, part in zip(texts, gone, strict=True)])
    with stderr().status("reading causes"):
        report = evaluate_causes(texts, source[label].cast(pl.String), seed=seed)
    if write is not None:
        write_part(write, "causes", describe_causes(file.name, label, report))
    if as_json:
        print_json_lines("figure", report)
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
    title = f"Causes of {source.height:,} reports"
    stdout().print(
        build_table(title, ["method", "figure", "value", "95 %", "reports"], rows, right=("value", "reports"))
    )
