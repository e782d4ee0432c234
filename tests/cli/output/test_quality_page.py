"""The page on quality holds every set beside other methods, and leaves the rest of the page alone."""

from pathlib import Path

import polars as pl

from causeloop_pipeline.analysis.evaluation.grouping_report import REPORT_SCHEMA
from causeloop_pipeline.cli.output.quality_page import MeasuredSet, write_quality_page

ROWS = [
    ("causeloop", "precision", 0.5, None, None),
    ("causeloop", "recall", 0.25, None, None),
    ("causeloop", "f1", 0.333, 0.2, 1.0),
    ("causeloop", "sure_precision", float("nan"), None, None),
    ("causeloop", "recall@10", 0.8, None, None),
    ("exact titles", "f1", 0.1, 0.05, 0.15),
    ("tf-idf average link", "f1", 0.3, 0.1, 0.4),
    ("tf-idf average link", "recall@10", 0.7, None, None),
]


def make_set(name: str) -> MeasuredSet:
    return MeasuredSet(name, 1_234, 2, pl.DataFrame(ROWS, schema=REPORT_SCHEMA, orient="row"))


def lines_of(path: Path, title: str) -> list[str]:
    return [line for line in path.read_text().splitlines() if line.startswith(f"| {title} |")]


def test_each_set_stands_beside_the_best_peer_with_its_interval_and_what_was_tuned_on_it(
    tmp_path: Path,
) -> None:
    page = tmp_path / "quality.md"
    write_quality_page(page, [make_set("somebody's own"), make_set("tracker_filesystem")])
    summary, detail, peers = lines_of(page, "bug reports of a file system")
    assert ".50 / .25 / .33 | .20 to 1.00 | .30 (tf-idf average link) | .80 (.70)" in summary
    assert "| 1,234 |" in summary
    assert "threshold" in detail
    assert ".33 (.20 to 1.00)" in peers
    assert ".10 (.05 to .15)" in peers
    assert "Means over the 1 sets of reports and traces: F1 0.333" in page.read_text()
    assert lines_of(page, "somebody's own")[1].endswith("| – | nothing |")


def test_writing_again_replaces_the_part_on_grouping_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "quality.md"
    page.write_text(
        "# Quality\n\nAs measured.\n\n<!-- grouping -->\nold\n<!-- /grouping -->\n\n## Recurrence\n"
    )
    write_quality_page(page, [make_set("one")])
    first = page.read_text()
    write_quality_page(page, [make_set("one")])
    assert page.read_text() == first
    assert first.startswith("# Quality\n\nAs measured.\n\n<!-- grouping -->\n## Grouping")
    assert first.endswith("<!-- /grouping -->\n\n## Recurrence\n")
    assert "\nold\n" not in first
