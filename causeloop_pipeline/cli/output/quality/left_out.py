"""The part on grouping without a set's family: what to expect on a tracker that nothing was fitted to."""

from collections.abc import Iterator, Sequence

from causeloop_pipeline.cli.output.quality.grouping import (
    DECILES,
    OURS,
    Figures,
    MeasuredSet,
    list_missed_means,
    order_set,
    show_name,
    write_set_title,
)
from causeloop_pipeline.cli.output.quality.known_sets import KNOWN_SETS
from causeloop_pipeline.cli.output.quality.page import UNKNOWN, show_figure, show_table

DUPLICATES_ALONE = "causeloop, duplicates alone"
"""What the figures of the export of duplicates stand under."""

NAIVE = {"exact titles": "exact titles", "tf-idf average link": "TF-IDF average link"}
MIN_MEANS = {"f1": 0.36, "recall@1": 0.63, "recall@10": 0.86}
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
_ALONE_COLUMNS = ("data", "F1", "ECE", "after 30 answers", "confidence, mean", "belongs together")
_ALONE = "The same sets as exports of nothing but duplicates (issues with a mate, alone):\n"
_NOTES = """\
For each set the weights of a pair and of the search, the table of base rates, the slopes of the score and
the share of the F1 to expect that is the merge threshold are fitted without any set of its family; a dash:
nothing is fitted to its labels. Sets of machines' messages and of floods are grouped by templates and by
time, which none of these touch. What features there are, how copies of a stack and large groups count, how
much steeper linkage needs the slopes, how much less likely series are, and the bounds were chosen with all
sets in view. The command fails where a naive method is ahead in F1, and where a mean is below its floor.
"""


def describe_left_out(sets: Sequence[MeasuredSet]) -> str:
    """The part as Markdown."""
    in_order = sorted(sets, key=order_set)
    parts = [
        "## Grouping without the set's family\n\n"
        "`causeloop evaluate grouping --all FOLDER --leave-out-families --write docs/quality.md`\n",
        show_table(_COLUMNS, [_describe_set(each) for each in in_order]),
        _describe_means(in_order),
        _describe_leads(in_order),
        _NOTES,
        _describe_alone(in_order),
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
    names = ("f1", "recall@1", "recall@10", "ece", "ece_30_verdicts")
    text = ", ".join(f"{show_name(name)} {_mean(sets, OURS, name):.3f}" for name in names)
    naive = ", ".join(f"{title} {_mean(sets, method, 'f1'):.3f}" for method, title in NAIVE.items())
    return f"Means over the {len(sets)} sets: {text}; F1 of {naive}.\n"


def _describe_alone(sets: Sequence[MeasuredSet]) -> str:
    """What becomes of a set whose issues without a mate are left out, as exports of duplicates are made."""
    rows = [
        [
            write_set_title(each),
            *(alone.show(name) for name in ("f1", "ece", "ece_30_verdicts")),
            *_show_means(alone),
        ]
        for each in sets
        if (alone := Figures(each, DUPLICATES_ALONE)).has_any()
    ]
    return f"{_ALONE}\n{show_table(_ALONE_COLUMNS, rows)}" if rows else ""


def _show_means(alone: Figures) -> list[str]:
    """The mean confidence of all patterns, and the mean share of their pairs that belongs together."""
    deciles = [low.removeprefix("≥ ") for low in DECILES if alone.has(low.removeprefix("≥ "))]
    patterns = sum(alone.value(f"patterns@{low}") for low in deciles)
    return [
        show_figure(
            sum(alone.value(f"{name}@{low}") * alone.value(f"patterns@{low}") for low in deciles) / patterns
        )
        if patterns
        else UNKNOWN
        for name in ("predicted", "observed")
    ]


def _describe_leads(sets: Sequence[MeasuredSet]) -> str:
    leads = [
        f"{write_set_title(each)} ({NAIVE[method]} {naive:.3f}, grouping {f1:.3f})"
        for each, method, naive, f1 in _find_leads(sets)
    ]
    return f"A naive method is ahead in F1 on: {', '.join(leads) or 'no set'}.\n"


def _find_leads(sets: Sequence[MeasuredSet]) -> Iterator[tuple[MeasuredSet, str, float, float]]:
    """Each set on which a naive method is ahead by more than rounding hides, with both F1."""
    for each in sets:
        f1 = Figures(each, OURS).value("f1")
        for method in NAIVE:
            naive = Figures(each, method).value("f1")
            if naive > f1 + MAX_BEHIND:
                yield each, method, naive, f1


def _mean(sets: Sequence[MeasuredSet], method: str, name: str) -> float:
    return sum(Figures(each, method).value(name) for each in sets) / len(sets)


def list_missed_goals(sets: Sequence[MeasuredSet]) -> list[str]:
    """Sets on which a naive method wins, and means below their floor."""
    missed = [
        f"{each.name}: {NAIVE[method]} has F1 {naive:.3f}, grouping {f1:.3f}"
        for each, method, naive, f1 in _find_leads(sets)
    ]
    return missed + list_missed_means(sets, MIN_MEANS)
