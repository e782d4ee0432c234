"""The part on grouping without a set's family: what to expect on a tracker that nothing was fitted to."""

from collections.abc import Sequence

from causeloop_pipeline.cli.output.quality.grouping import (
    KNOWN_SETS,
    OURS,
    Figures,
    MeasuredSet,
    order_set,
    write_set_title,
)
from causeloop_pipeline.cli.output.quality.page import show_table

NAIVE = {"exact titles": "exact titles", "tf-idf average link": "TF-IDF average link"}
MIN_MEANS = {"f1": 0.33, "recall@1": 0.60, "recall@10": 0.82}
"""Means over the known sets below which something broke."""

MAX_BEHIND = 0.005  # of F1, behind the better naive method: what rounding hides

_COLUMNS = (
    "data",
    "left out",
    "precision / recall / F1",
    "F1, 95 %",
    *NAIVE.values(),
    "Recall@1 (TF-IDF)",
    "Recall@10 (TF-IDF)",
    "ECE",
    "after 30 answers",
)
_NOTES = """\
For each set the weights of a pair, the curve of base rates, the slopes of the score and the merge threshold
are fitted without any set of its family; a dash: nothing is ever fitted to it. Sets of machines' messages and
of floods are grouped by templates and by time, which none of these touch. What features there are, how copies
of a stack count, and the bounds were chosen with all sets in view. The command fails where a naive method has
a better F1, and where a mean is below its floor.
"""


def describe_left_out(sets: Sequence[MeasuredSet]) -> str:
    """The part as Markdown."""
    in_order = sorted(sets, key=order_set)
    parts = [
        "## Grouping without the set's family\n\n"
        "`causeloop evaluate grouping --all FOLDER --leave-out-families --write docs/quality.md`\n",
        show_table(_COLUMNS, [_describe_set(each) for each in in_order]),
        _describe_means(in_order),
        _NOTES,
    ]
    return "\n".join(parts)


def _describe_set(measured: MeasuredSet) -> list[str]:
    ours, tfidf = Figures(measured, OURS), Figures(measured, "tf-idf average link")
    public_set = KNOWN_SETS.get(measured.name)
    return [
        write_set_title(measured),
        (public_set.family or "–") if public_set else write_set_title(measured),
        f"{ours.show('precision')} / {ours.show('recall')} / {ours.show('f1')}",
        ours.show_interval("f1"),
        *(Figures(measured, method).show("f1") for method in NAIVE),
        f"{ours.show('recall@1')} ({tfidf.show('recall@1')})",
        f"{ours.show('recall@10')} ({tfidf.show('recall@10')})",
        ours.show("ece"),
        ours.show("ece_30_verdicts"),
    ]


def _describe_means(sets: Sequence[MeasuredSet]) -> str:
    names = {"f1": "F1", "recall@1": "Recall@1", "recall@10": "Recall@10", "ece": "ECE"}
    names["ece_30_verdicts"] = "ECE after 30 answers"
    text = ", ".join(f"{title} {_mean(sets, name):.3f}" for name, title in names.items())
    return f"Means over the {len(sets)} sets: {text}.\n"


def _mean(sets: Sequence[MeasuredSet], name: str) -> float:
    return sum(Figures(each, OURS).value(name) for each in sets) / len(sets)


def list_missed_goals(sets: Sequence[MeasuredSet]) -> list[str]:
    """Sets on which a naive method wins, and means below their floor."""
    missed = []
    for each in sets:
        f1 = Figures(each, OURS).value("f1")
        for method in NAIVE:
            naive = Figures(each, method).value("f1")
            if naive > f1 + MAX_BEHIND:
                missed.append(f"{each.name}: {method} have F1 {naive:.3f}, grouping {f1:.3f}")
    if {each.name for each in sets} >= {
        name for name, public_set in KNOWN_SETS.items() if public_set.is_in_means
    }:
        for name, floor in MIN_MEANS.items():
            if (mean := round(_mean(sets, name), 6)) < floor:
                missed.append(f"mean {name} {mean:.3f} is below its floor {floor:.2f}")
    return missed
