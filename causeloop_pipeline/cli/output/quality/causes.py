"""The part on causes: how often the predicted cause of a report agrees with people's."""

from collections.abc import Mapping

import polars as pl

from causeloop_pipeline.cli.output.quality.page import show_figure, show_interval, show_table

_NOTES = """\
Beside it: always the commonest label. "Unknown" is an answer, and counts as wrong where people named a cause.
The command fails where fewer than .85 of the causes that are named are right, and where the commonest label
alone is right more often than with the causes that are named.
Intervals: 95 %, bootstrap over reports. The words that state a cause were chosen with the public post-mortems
in view.
"""


def describe_causes(file: str, label: str, reports: Mapping[str | None, pl.DataFrame]) -> str:
    """The part as Markdown: the names of file and label, and by the column whose sentences were removed the
    `CAUSE_REPORT_SCHEMA` figures.
    """
    options = "".join(f" --without {without}" for without in reports if without)
    parts = [
        f"## Causes\n\n`causeloop evaluate causes {file} --label {label}{options} --write docs/quality.md`\n"
    ]
    for without, report in reports.items():
        if without:
            parts.append(f"Without the sentences of `{without}`, which state the cause:\n")
        parts.append(_describe_report(report))
    return "\n".join([*parts, _NOTES])


def _describe_report(report: pl.DataFrame) -> str:
    rows = [
        [
            row["method"],
            row["figure"],
            show_figure(row["value"]),
            show_interval(row["low"], row["high"]),
            f"{row['n']:,}",
        ]
        for row in report.iter_rows(named=True)
    ]
    return show_table(("method", "figure", "share", "95 %", "reports"), rows)
