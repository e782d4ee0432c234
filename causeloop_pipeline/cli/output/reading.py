"""How a file was read: the column of each field, and what was left out or assumed."""

from rich.console import Console

from causeloop_pipeline.analysis.act.stated_endings import tells_of_endings
from causeloop_pipeline.cli.issue_input import IssueInput
from causeloop_pipeline.cli.output.terminal import build_table, format_count, strip_controls
from causeloop_pipeline.landing.export_file.columns_by_values import describe_by_values
from causeloop_pipeline.model.field_names import CAUSES, normalize_field_name


def print_reading(console: Console, source: IssueInput) -> None:
    """Print the column of each field, and notes on what was skipped or assumed."""
    rows = [
        (field, column, source.read.readings.get(field, ""))
        for field, column in source.recognized.columns.items()
        if field in source.read.readings or not field.endswith("_at")
    ]
    console.print(
        build_table(
            f"{format_count(source.file.table.height, 'row')} of {source.file.format}",
            ("field", "column", "read"),
            rows,
        )
    )
    body = source.recognized.columns.get("body", "")
    causes = [body] if normalize_field_name(body) in CAUSES else []
    endings = [*causes, *filter(tells_of_endings, source.recognized.unused)]
    if endings:
        console.print(strip_controls("how it ended is read from: " + ", ".join(endings)))
    unused = [column for column in source.recognized.unused if column not in endings]
    if unused:
        console.print(strip_controls("not used: " + ", ".join(unused)))
    for note in list_notes(source):
        console.print(strip_controls(f"note: {note}"))


def list_notes(source: IssueInput) -> list[str]:
    """Notes on what was skipped or assumed."""
    texts = [
        f"{text}; if another one is, name it with --map" for text in describe_by_values(source.recognized)
    ]
    if passed_over := source.file.no_failures:
        reasons = ", ".join(f"{count:,} × {reason}" for reason, count in passed_over.most_common())
        texts.append(f"{format_count(passed_over.total(), 'row')} left out as no failures: {reasons}")
    texts += source.read.notes
    skipped = len({row.row for row in source.read.bad_rows})
    if skipped:
        were = "was" if skipped == 1 else "were"
        texts.append(
            f"{format_count(skipped, 'row')} could not be read and {were} left out, "
            f"the first: {source.read.bad_rows[0]}"
        )
    if not source.read.has_titles:
        texts.append(
            "no column holds a title: issues are grouped by their structure (service, component, time); "
            "if one does, name it: --map title=COLUMN"
        )
    if not source.read.has_dates:
        texts.append(
            "no column holds the date of an issue: patterns are found, but nothing can be predicted; "
            "if one does, name it: --map source_created_at=COLUMN"
        )
    return texts
