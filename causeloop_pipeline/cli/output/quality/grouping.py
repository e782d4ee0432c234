"""The part on grouping: every labelled set beside other methods, with intervals, and what was tuned on it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from causeloop_pipeline.cli.output.quality.page import UNKNOWN, show_figure, show_interval, show_table

OURS = "causeloop"
DECILES = tuple(f"≥ {decile / 10:.1f}" for decile in range(10))
"""Of the confidence, by their lower ends."""


@dataclass(frozen=True, slots=True)
class MeasuredSet:
    """A labelled set: its name, how many rows were read and left out, and its `REPORT_SCHEMA` figures."""

    name: str
    issues: int
    left_out: int
    report: pl.DataFrame


@dataclass(frozen=True, slots=True)
class KnownSet:
    """A public data set: what it is, what was tuned on it, and whether it counts in the means."""

    title: str
    tuned: str
    min_f1: float  # below it something broke; a little under what was measured
    is_in_means: bool = True


_ALL = "weights, base rates, threshold"
KNOWN_SETS = {
    "tracker_filesystem": KnownSet("bug reports of a file system", _ALL, 0.41),
    "tracker_scheduler": KnownSet("bug reports of a scheduler", _ALL, 0.30),
    "tracker_mobile_sdk": KnownSet("bug reports of a mobile SDK", _ALL, 0.14),
    "tracker_with_support_queue": KnownSet("the same with a support queue", _ALL, 0.11),
    "tracker_language": KnownSet("bug reports of a programming language", _ALL, 0.12),
    "mobile_sdk_duplicates": KnownSet("duplicates of a mobile SDK, nothing else", _ALL, 0.65),
    "reports_with_java_traces": KnownSet("reports with Java stack traces", _ALL, 0.36),
    "crash_reports_go": KnownSet("Go crash reports", _ALL, 0.22),
    "crash_stacks_native": KnownSet("native stacks", f"{_ALL}, copies of a stack", 0.87),
    "crash_logs_kernel": KnownSet("kernel logs, labelled by rules", "base rates, threshold", 0.35),
    "eclipse_duplicates": KnownSet("duplicates of an editor, nothing else", _ALL, 0.57),
    "hadoop_bug_reports": KnownSet("bug reports, nearly all singletons", _ALL, 0.13),
    "machine_messages": KnownSet(
        "log lines of 8 systems", "masks, template merging", 0.99, is_in_means=False
    ),
    "storm_1": KnownSet("flood of alerts, first", "silence that ends a storm", 0.88, is_in_means=False),
    "storm_2": KnownSet("flood of alerts, second", "silence that ends a storm", 0.98, is_in_means=False),
    "incidents_with_cause": KnownSet(
        "incidents by faulty part, 11 of which recur", "nothing", 0.0, is_in_means=False
    ),
    "postmortems_with_cause": KnownSet(
        "post-mortems by class of cause, not by incident", "nothing", 0.0, is_in_means=False
    ),
}
"""The public sets that something was tuned on; nothing was tuned on any other."""

_NOTES = """\
Labels hold only the duplicates that somebody linked, so precision is a lower bound, and ECE is that of the
labels. Intervals: 95 %, bootstrap over labels. B-cubed counts every issue the same, so that no large group
decides. Recall@k: the share of issues with a mate that find one among the first k similar issues; TF-IDF
ranks by cosine. "After 30 answers": the ECE once people have judged 30 random pairs. "Shown ≥ .8": the
precision over the pairs of patterns with a confidence of .8 or more, a dash where none is shown so sure.
Peers see the same issues, and have one setting for all sets; a dash where a peer was not measured.
"""


def describe_grouping(sets: Sequence[MeasuredSet]) -> str:
    """The part on grouping as Markdown."""
    in_order = sorted(sets, key=_order)
    parts = [
        "## Grouping\n\n`causeloop evaluate grouping --all FOLDER --write docs/quality.md`\n",
        show_table(
            (
                "data",
                "issues",
                "precision / recall / F1",
                "F1, 95 %",
                "best peer's F1",
                "Recall@10 (TF-IDF)",
                "ECE",
                "after 30 answers",
            ),
            [_summarize(each) for each in in_order],
        ),
        _describe_means(in_order),
        _NOTES,
        "### In detail\n",
        show_table(
            (
                "data",
                "left out",
                "B-cubed F1",
                "ARI",
                "GA / FGA",
                "Recall@1 / 5 / 10",
                "shown ≥ .8",
                "tuned on it",
            ),
            [_write_detail(each) for each in in_order],
        ),
        "### Reliability\n\nThe share of pairs that belong together, by the confidence shown (patterns).\n",
        show_table(("data", *DECILES), [(_write_title(each), *list_reliability(each)) for each in in_order]),
        "### Beside other methods\n\nPairwise F1 with its interval; B-cubed F1.\n",
        _write_peer_table(in_order),
    ]
    return "\n".join(parts)


def _describe_means(sets: Sequence[MeasuredSet]) -> str:
    counted = [
        _Figures(each, OURS) for each in sets if each.name in KNOWN_SETS and KNOWN_SETS[each.name].is_in_means
    ]
    if not counted:
        return ""
    names = {
        "f1": "F1",
        "bcubed_f1": "B-cubed F1",
        "recall@1": "Recall@1",
        "recall@10": "Recall@10",
        "ece": "ECE",
        "ece_30_verdicts": "ECE after 30 answers",
    }
    means = {
        title: sum(figures.value(name) for figures in counted) / len(counted) for name, title in names.items()
    }
    text = ", ".join(f"{title} {mean:.3f}" for title, mean in means.items())
    return f"Means over the {len(counted)} sets of reports and traces: {text}.\n"


def list_missed_floors(sets: Sequence[MeasuredSet]) -> list[str]:
    """The known sets whose F1 is below their floor."""
    missed = []
    for each in sets:
        public_set, f1 = KNOWN_SETS.get(each.name), _Figures(each, OURS).value("f1")
        if public_set is not None and f1 < public_set.min_f1:
            missed.append(f"{each.name}: F1 {f1:.3f} is below its floor {public_set.min_f1:.2f}")
    return missed


def list_reliability(measured: MeasuredSet) -> list[str]:
    """Per decile of the confidence, the share that belongs together and of how many patterns; or a dash."""
    ours = _Figures(measured, OURS)
    return [
        f"{ours.show(f'observed@{low}')} ({ours.value(f'patterns@{low}'):.0f})" if ours.has(low) else UNKNOWN
        for low in (decile.removeprefix("≥ ") for decile in DECILES)
    ]


def _order(measured: MeasuredSet) -> tuple[int, str]:
    names = list(KNOWN_SETS)
    return (names.index(measured.name) if measured.name in KNOWN_SETS else len(names), measured.name)


def _write_title(measured: MeasuredSet) -> str:
    public_set = KNOWN_SETS.get(measured.name)
    return public_set.title if public_set else re.sub(r"[|\s]+", " ", measured.name)


def _summarize(measured: MeasuredSet) -> list[str]:
    peers = {method: _Figures(measured, method) for method in measured.report["method"].unique()}
    ours = peers.pop(OURS)
    best = max(
        (method for method in peers), key=lambda method: (peers[method].value("f1"), method), default=None
    )
    tfidf = peers.get("tf-idf average link")
    return [
        _write_title(measured),
        f"{measured.issues:,}",
        f"{ours.show('precision')} / {ours.show('recall')} / {ours.show('f1')}",
        ours.show_interval("f1"),
        f"{peers[best].show('f1')} ({best})" if best else UNKNOWN,
        f"{ours.show('recall@10')} ({tfidf.show('recall@10') if tfidf else UNKNOWN})",
        ours.show("ece"),
        ours.show("ece_30_verdicts"),
    ]


def _write_detail(measured: MeasuredSet) -> list[str]:
    ours = _Figures(measured, OURS)
    public_set = KNOWN_SETS.get(measured.name)
    return [
        _write_title(measured),
        f"{measured.left_out:,}",
        ours.show("bcubed_f1"),
        ours.show("ari"),
        f"{ours.show('ga')} / {ours.show('fga')}",
        " / ".join(ours.show(f"recall@{rank}") for rank in (1, 5, 10)),
        ours.show("sure_precision"),
        public_set.tuned if public_set else "nothing",
    ]


def _write_peer_table(sets: Sequence[MeasuredSet]) -> str:
    methods = sorted({method for each in sets for method in each.report["method"]} - {OURS})
    rows = [
        [_write_title(each), *(_Figures(each, method).show_f1s() for method in (OURS, *methods))]
        for each in sets
    ]
    return show_table(("data", OURS, *methods), rows)


class _Figures:
    """The figures of one method on one set."""

    def __init__(self, measured: MeasuredSet, method: str) -> None:
        own = measured.report.filter(pl.col("method") == method)
        self._rows = {row["figure"]: row for row in own.iter_rows(named=True)}

    def has(self, decile: str) -> bool:
        """Whether a decile of the confidence has patterns."""
        return f"patterns@{decile}" in self._rows

    def value(self, name: str) -> float:
        """A figure; NaN where the method lacks it."""
        value = self._rows[name]["value"] if name in self._rows else None
        return float("nan") if value is None else float(value)

    def show(self, name: str) -> str:
        """A figure with two decimals."""
        return show_figure(self.value(name))

    def show_interval(self, name: str) -> str:
        """The interval of a figure."""
        row = self._rows.get(name)
        return show_interval(row["low"], row["high"]) if row else UNKNOWN

    def show_f1s(self) -> str:
        """Pairwise F1 with its interval, and B-cubed F1."""
        if "f1" not in self._rows:
            return UNKNOWN
        return f"{self.show('f1')} ({self.show_interval('f1')}); {self.show('bcubed_f1')}"
