"""The part on rhythms: predictions of made-up patterns that keep turns."""

from collections.abc import Sequence
from dataclasses import dataclass

from causeloop_pipeline.cli.output.quality.page import show_figure, show_table

_EXACT_COLUMNS = (
    "exact turns",
    "week holds the next",
    "lowest",
    "does not",
    "highest",
    "after 0 / 1 / 2 / 3 missed",
)
_NOISY_COLUMNS = ("off by (sd)", "turns missed", "Brier", "without Prophet")
_NOTES = """\
Made-up patterns beside random ones, on which the models are trained. Probabilities of the next 7 days: where
they hold the next turn, where they do not (a weekly one has no such week), and a day before the turn that
follows so many missed ones. Brier: means over all kinds, and windows of 7 to 90 days. "Without Prophet": the
count of kept turns decides alone, and Prophet is left out of the ensemble.
"""


@dataclass(frozen=True, slots=True)
class ExactKind:
    """The probabilities of a week for exact patterns of one kind; None where no week is without a turn."""

    title: str
    lowest_due: float
    mean_due: float
    mean_not_due: float | None
    highest_not_due: float | None
    after_missed: Sequence[float]


@dataclass(frozen=True, slots=True)
class NoisyFamily:
    """The Brier scores of patterns whose turns are so far off and so often missed."""

    jitter: str
    missed: float
    brier: float
    brier_without_prophet: float


def describe_rhythms(kinds: Sequence[ExactKind], families: Sequence[NoisyFamily], repeats: int) -> str:
    """The part as Markdown."""
    exact = [
        [
            kind.title,
            show_figure(kind.mean_due),
            show_figure(kind.lowest_due),
            show_figure(kind.mean_not_due),
            show_figure(kind.highest_not_due),
            " ".join(show_figure(value) for value in kind.after_missed),
        ]
        for kind in kinds
    ]
    noisy = [
        [
            family.jitter,
            f"{family.missed:.0%}",
            show_figure(family.brier, 3),
            show_figure(family.brier_without_prophet, 3),
        ]
        for family in families
    ]
    ours, without = (
        sum(getattr(family, name) for family in families) / len(families)
        for name in ("brier", "brier_without_prophet")
    )
    total = ["all", "", f"**{show_figure(ours, 4)}**", f"**{show_figure(without, 4)}**"]
    parts = [
        "## Rhythms\n\n`python -m bench.recurrence.rhythms --write docs/quality.md`\n",
        f"{repeats} repeats:\n",
        show_table(_EXACT_COLUMNS, exact),
        show_table(_NOISY_COLUMNS, [*noisy, total]),
        _NOTES,
    ]
    return "\n".join(parts)
