"""The part on causes: how often the predicted cause of a report agrees with people's."""

import polars as pl

from causeloop_pipeline.cli.output.quality.page import show_figure, show_interval, show_table

_NOTES = """\
Beside it: always the commonest label. "Unknown" is an answer, and counts as wrong where people named a cause.
Intervals: 95 %, bootstrap over reports. The words that state a cause were chosen with the public post-mortems
in view.
"""


def describe_causes(file: str, label: str, report: pl.DataFrame) -> str:
    """The part as Markdown: the names of file and label, and their `CAUSE_REPORT_SCHEMA` figures."""
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
    parts = [
        f"## Causes\n\n`causeloop evaluate causes {file} --label {label} --write docs/quality.md`\n",
        show_table(("method", "figure", "share", "95 %", "reports"), rows),
        _NOTES,
    ]
    return "\n".join(parts)
