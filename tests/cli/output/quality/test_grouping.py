"""The part on grouping holds every set beside other methods."""

import polars as pl

from causeloop_pipeline.analysis.evaluation.grouping_report import REPORT_SCHEMA
from causeloop_pipeline.cli.output.quality.grouping import (
    MIN_MEANS,
    MeasuredSet,
    describe_grouping,
    list_missed_floors,
)
from causeloop_pipeline.cli.output.quality.known_sets import KNOWN_SETS

ROWS = [
    ("causeloop", "precision", 0.5, None, None),
    ("causeloop", "recall", 0.25, None, None),
    ("causeloop", "f1", 0.333, 0.2, 1.0),
    ("causeloop", "sure_precision", float("nan"), None, None),
    ("causeloop", "recall@10", 0.8, None, None),
    ("causeloop", "observed@0.9", 0.75, None, None),
    ("causeloop", "patterns@0.9", 12.0, None, None),
    ("exact titles", "f1", 0.1, 0.05, 0.15),
    ("tf-idf average link", "f1", 0.3, 0.1, 0.4),
    ("tf-idf average link", "recall@10", 0.7, None, None),
]


def make_set(name: str) -> MeasuredSet:
    return MeasuredSet(name, 1_234, 2, pl.DataFrame(ROWS, schema=REPORT_SCHEMA, orient="row"))


def lines_of(part: str, title: str) -> list[str]:
    return [line for line in part.splitlines() if line.startswith(f"| {title} |")]


def test_each_set_stands_beside_the_best_peer_with_its_interval_and_what_was_tuned_on_it() -> None:
    part = describe_grouping([make_set("somebody's own"), make_set("tracker_filesystem")])
    summary, detail, reliability, peers = lines_of(part, "bug reports of a file system")
    assert ".50 / .25 / .33 | .20 to 1.00 | .30 (tf-idf average link) | .80 (.70)" in summary
    assert "| 1,234 |" in summary
    assert "threshold" in detail
    assert reliability.endswith("| – | .75 (12) |")
    assert ".33 (.20 to 1.00)" in peers
    assert ".10 (.05 to .15)" in peers
    assert "Means over the 1 sets of reports and traces: F1 0.333" in part
    assert lines_of(part, "somebody's own")[1].endswith("| – | nothing |")


def make_figures(name: str, **figures: float) -> MeasuredSet:
    rows = [
        ("causeloop", figure.replace("_at_", "@"), value, None, None) for figure, value in figures.items()
    ]
    return MeasuredSet(name, 40, 0, pl.DataFrame(rows, schema=REPORT_SCHEMA, orient="row"))


def test_every_known_set_has_a_floor_that_can_fail() -> None:
    assert [name for name in KNOWN_SETS if not list_missed_floors([make_figures(name)])] == []
    assert [
        name for name in KNOWN_SETS if not list_missed_floors([make_figures(name, f1=0.0, recall_at_10=0.0)])
    ] == []
    above = [make_figures(name, f1=1.0, recall_at_10=1.0, recall_at_1=1.0) for name in KNOWN_SETS]
    assert list_missed_floors(above) == []
    (missed,) = list_missed_floors([make_figures("storm_1", f1=1.0, recall_at_10=0.1)])
    assert missed == "storm_1: Recall@10 0.100 is below its floor 0.15"


def test_the_means_over_all_known_sets_have_floors_too() -> None:
    sets = [make_figures(name, f1=1.0, recall_at_10=1.0, recall_at_1=0.3) for name in KNOWN_SETS]
    (missed,) = list_missed_floors(sets)
    assert missed == f"mean Recall@1 0.300 is below its floor {MIN_MEANS['recall@1']:.3f}"
    assert list_missed_floors(sets[1:]) == []
    assert list_missed_floors([make_figures("somebody's own", f1=0.0)]) == []
