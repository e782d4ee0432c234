"""The part on "have I seen this before": how far displayed probabilities agree with what was true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

from causeloop_pipeline.cli.output.quality.known_sets import KNOWN_SETS
from causeloop_pipeline.cli.output.quality.page import show_figure, show_table

FIGURES = ("queries", "seen", "ece", "ece_first", "ece_new", "brier_new", "first", "among_five")
MAX_ERROR, MAX_STRICT_ERROR = 0.08, 0.05
"""Of the probabilities displayed: on known sets of reports and traces, and on those of STRICT_SETS."""

RETOLD = "_retold"
"""Ends the name of a set of machines' messages that was queried in the words of people."""

STRICT_SETS = ("machine_messages", "mobile_sdk_duplicates", "eclipse_duplicates")
KNOWN_ERRORS = {"crash_stacks_native": 0.16}
"""Of sets that miss their goal: above it something broke."""

_COLUMNS = (
    "data",
    "queried",
    "seen before",
    "right group first",
    "among five",
    "ECE of all displayed",
    "of the first",
    "of “new”",
    "Brier of “new”",
)
_NOTES = """\
Each set is played back: three times its older issues are grouped, and later ones are queried, which are
"seen" where an older one has the same label. "First" and "among five": of those that were seen, the share for
which a group that is mostly of their label is the first answer, or one of the five displayed. ECE: by ten
bins, of all probabilities displayed for an issue, "new" included. The weights were learned on these sets.
"In other words": messages are queried as people would retell them, three in four without a tenth to half
of their words, and three labels in ten are kept out of the history; the weights for this were learned on
these messages (each system by the others: `python -m bench.training.retold_messages`).
Floods, incidents and post-mortems have no goal: their labels do not say that a failure was seen before.
"""


@dataclass(frozen=True, slots=True)
class QueriedSet:
    """A labelled set, and how well questions about its later issues were answered."""

    name: str
    figures: Mapping[str, float]


def describe_seen_before(sets: Sequence[QueriedSet]) -> str:
    """The part as Markdown."""
    in_order = sorted(sets, key=lambda each: (_place(each.name), each.name))
    parts = [
        "## Have I seen this before?\n\n`causeloop evaluate seen-before FOLDER --write docs/quality.md`\n",
        show_table(_COLUMNS, [_describe_set(each) for each in in_order]),
        _describe_misses(in_order),
        _NOTES,
    ]
    return "\n".join(parts)


def _place(name: str) -> int:
    names = list(KNOWN_SETS)
    name = name.removesuffix(RETOLD)
    return names.index(name) if name in KNOWN_SETS else len(names)


def _describe_set(each: QueriedSet) -> list[str]:
    figures = each.figures
    columns = ("seen", "first", "among_five", "ece", "ece_first", "ece_new", "brier_new")
    values = [show_figure(figures[name]) for name in columns]
    return [_write_title(each), f"{figures['queries']:.0f}", *values]


def _write_title(each: QueriedSet) -> str:
    name = each.name.removesuffix(RETOLD)
    public_set = KNOWN_SETS.get(name)
    title = public_set.title if public_set else name
    return title if name == each.name else f"{title}, in other words"


def choose_goal(name: str) -> float:
    """The largest calibration error that a set may have; infinite where it has no goal."""
    if name in STRICT_SETS:
        return MAX_STRICT_ERROR
    if name.removesuffix(RETOLD) in STRICT_SETS:
        return MAX_ERROR
    return MAX_ERROR if name in KNOWN_SETS and KNOWN_SETS[name].is_in_means else inf


def _describe_misses(sets: Sequence[QueriedSet]) -> str:
    missed = [
        f"{_write_title(each)} ({each.figures['ece']:.3f}, goal {choose_goal(each.name):.2f})"
        for each in sets
        if each.figures["ece"] > choose_goal(each.name)
    ]
    return f"ECE above its goal: {', '.join(missed) or 'none'}.\n"


def list_missed_errors(sets: Sequence[QueriedSet]) -> list[str]:
    """The sets whose calibration error is larger than their goal, and larger than is known."""
    missed = []
    for each in sets:
        error, most = each.figures["ece"], KNOWN_ERRORS.get(each.name, choose_goal(each.name))
        if error > most:
            missed.append(f"{each.name}: ECE {error:.3f} is above {most:.2f}")
    return missed
