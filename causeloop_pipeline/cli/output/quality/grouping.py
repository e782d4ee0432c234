"""The part on grouping: every labelled set beside other methods, with intervals, and what was tuned on it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from causeloop_pipeline.cli.output.quality.known_sets import KNOWN_SETS
from causeloop_pipeline.cli.output.quality.page import UNKNOWN, show_figure, show_interval, show_table

OURS = "causeloop"
_NAMES = {
    "f1": "F1",
    "bcubed_f1": "B-cubed F1",
    "recall@1": "Recall@1",
    "recall@10": "Recall@10",
    "ece": "ECE",
    "ece_30_verdicts": "ECE after 30 answers",
}
DECILES = tuple(f"≥ {decile / 10:.1f}" for decile in range(10))
"""Of the confidence, by their lower ends."""


@dataclass(frozen=True, slots=True)
class MeasuredSet:
    """A labelled set: its name, how many rows were read and left out, and its `REPORT_SCHEMA` figures."""

    name: str
    issues: int
    left_out: int
    report: pl.DataFrame


MIN_MEANS = {"f1": 0.365, "recall@1": 0.632, "recall@10": 0.865}
"""Of the known sets of reports and traces: below it something broke."""

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
    in_order = sorted(sets, key=order_set)
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
        show_table(
            ("data", *DECILES), [(write_set_title(each), *list_reliability(each)) for each in in_order]
        ),
        "### Beside other methods\n\nPairwise F1 with its interval; B-cubed F1.\n",
        _write_peer_table(in_order),
    ]
    return "\n".join(parts)


def _describe_means(sets: Sequence[MeasuredSet]) -> str:
    counted = [
        Figures(each, OURS) for each in sets if each.name in KNOWN_SETS and KNOWN_SETS[each.name].is_in_means
    ]
    if not counted:
        return ""
    means = {
        title: sum(figures.value(name) for figures in counted) / len(counted)
        for name, title in _NAMES.items()
    }
    text = ", ".join(f"{title} {mean:.3f}" for title, mean in means.items())
    return f"Means over the {len(counted)} sets of reports and traces: {text}.\n"


def list_missed_floors(sets: Sequence[MeasuredSet]) -> list[str]:
    """The known sets, and means over all of them, that are below their floor."""
    missed = []
    for each in sets:
        if (public_set := KNOWN_SETS.get(each.name)) is not None:
            for name, floor in (("f1", public_set.min_f1), ("recall@10", public_set.min_recall)):
                value = Figures(each, OURS).value(name)
                if not value >= floor:
                    missed.append(
                        f"{each.name}: {show_name(name)} {value:.3f} is below its floor {floor:.2f}"
                    )
    return missed + list_missed_means(sets, MIN_MEANS)


def list_missed_means(sets: Sequence[MeasuredSet], floors: Mapping[str, float]) -> list[str]:
    """The means over the known sets of reports and traces that are below their floor, if all are there."""
    own = {each.name: Figures(each, OURS) for each in sets}
    counted = [name for name, public_set in KNOWN_SETS.items() if public_set.is_in_means]
    if not own.keys() >= set(counted):
        return []
    missed = []
    for name, floor in floors.items():
        mean = round(sum(own[each].value(name) for each in counted) / len(counted), 6)
        if not mean >= floor:
            missed.append(f"mean {show_name(name)} {mean:.3f} is below its floor {floor:.3f}")
    return missed


def show_name(figure: str) -> str:
    """A figure's name as people read it."""
    return _NAMES[figure]


def list_reliability(measured: MeasuredSet) -> list[str]:
    """Per decile of the confidence, the share that belongs together and of how many patterns; or a dash."""
    ours = Figures(measured, OURS)
    return [
        f"{ours.show(f'observed@{low}')} ({ours.value(f'patterns@{low}'):.0f})" if ours.has(low) else UNKNOWN
        for low in (decile.removeprefix("≥ ") for decile in DECILES)
    ]


def order_set(measured: MeasuredSet) -> tuple[int, str]:
    """What a page sorts sets by."""
    names = list(KNOWN_SETS)
    return (names.index(measured.name) if measured.name in KNOWN_SETS else len(names), measured.name)


def write_set_title(measured: MeasuredSet) -> str:
    """What a set is, or the name of its file."""
    public_set = KNOWN_SETS.get(measured.name)
    return public_set.title if public_set else re.sub(r"[|\s]+", " ", measured.name)


def _summarize(measured: MeasuredSet) -> list[str]:
    peers = {method: Figures(measured, method) for method in measured.report["method"].unique()}
    ours = peers.pop(OURS)
    best = max(
        (method for method in peers), key=lambda method: (peers[method].value("f1"), method), default=None
    )
    tfidf = peers.get("tf-idf average link")
    return [
        write_set_title(measured),
        f"{measured.issues:,}",
        f"{ours.show('precision')} / {ours.show('recall')} / {ours.show('f1')}",
        ours.show_interval("f1"),
        f"{peers[best].show('f1')} ({best})" if best else UNKNOWN,
        f"{ours.show('recall@10')} ({tfidf.show('recall@10') if tfidf else UNKNOWN})",
        ours.show("ece"),
        ours.show("ece_30_verdicts"),
    ]


def _write_detail(measured: MeasuredSet) -> list[str]:
    ours = Figures(measured, OURS)
    public_set = KNOWN_SETS.get(measured.name)
    return [
        write_set_title(measured),
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
        [write_set_title(each), *(Figures(each, method).show_f1s() for method in (OURS, *methods))]
        for each in sets
    ]
    return show_table(("data", OURS, *methods), rows)


class Figures:
    """The figures of one method on one set."""

    def __init__(self, measured: MeasuredSet, method: str) -> None:
        own = measured.report.filter(pl.col("method") == method)
        self._rows = {row["figure"]: row for row in own.iter_rows(named=True)}

    def has_any(self) -> bool:
        """Whether the method was measured."""
        return bool(self._rows)

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
