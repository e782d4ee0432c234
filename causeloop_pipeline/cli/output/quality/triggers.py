"""The part on triggers: how high the causing change ranks, compared with recency and TF-IDF."""

import polars as pl

from causeloop_pipeline.cli.output.quality.page import show_figure, show_interval, show_table

_COLUMNS = (
    "method",
    "first",
    "among 5",
    "among 5, 95 %",
    "among 10",
    "among 5, of all",
    "ECE",
    "shown",
    "right when shown",
)
_NOTES = """\
"Among 5": of the failures whose change lies in the 90 days before, the share for which it is one of the first
five; "of all": of all failures. Intervals: 95 %, bootstrap over failures.
"Shown": the share of failures for which a change stands out; silence for the others. `causeloop` has learned
its weights without the failure's family, "ids unread" also does not see where a failure's text names a
change, "as shipped" has the weights of the product, which were learned on the public changes. What is
compared was chosen with those in view too.
"""


def describe_triggers(failures: str, changes: str, report: pl.DataFrame) -> str:
    """The part as Markdown: the names of both files, and their `TRIGGER_REPORT_SCHEMA` figures."""
    counts = dict(report.filter(pl.col("method") == "all").select("figure", "value").iter_rows())
    methods = report.filter(pl.col("method") != "all")["method"].unique(maintain_order=True)
    parts = [
        f"## Triggers\n\n`causeloop evaluate triggers {failures} {changes} --write docs/quality.md`\n",
        f"{counts['failures']:,.0f} failures whose change is known; "
        f"that of {counts['in_sight']:,.0f} lies in the 90 days before.\n",
        show_table(_COLUMNS, [_describe_method(report, method) for method in methods]),
        _NOTES,
    ]
    return "\n".join(parts)


def _describe_method(report: pl.DataFrame, method: str) -> list[str]:
    own = {row["figure"]: row for row in report.filter(pl.col("method") == method).iter_rows(named=True)}

    def show(name: str, decimals: int = 2) -> str:
        return show_figure(own[name]["value"] if name in own else None, decimals)

    return [
        method,
        show("hit@1"),
        show("hit@5"),
        show_interval(own["hit@5"]["low"], own["hit@5"]["high"]),
        show("hit@10"),
        show("of_all@5"),
        show("ece", 3),
        show("shown"),
        show("shown_right"),
    ]
