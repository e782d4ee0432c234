"""The part on recurrence: predictions of public failure histories compared with a simple reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from causeloop_pipeline.cli.output.quality.page import show_figure, show_interval, show_table

_COLUMNS = (
    "history",
    "days",
    "pairs",
    "recurred",
    "Brier, ours / reference",
    "gain, 95 % interval",
    "skill over the base rate",
    "AUC, ours / reference",
    "ECE, ours / reference",
)
_NOTES = """\
Rolling origins, the second half scored; a pair is a pattern at an origin. The reference is a logistic
regression on recency and frequency, fitted on the history itself. The pretrained prior has never seen the
family of the history; the form of the model was chosen with all of them in view. Gain: of the Brier score,
paired bootstrap over patterns, bold where it is significant.
"""


@dataclass(frozen=True, slots=True)
class ScoredHistory:
    """A public failure history, and its backtest's scores of one window."""

    title: str
    score: Mapping[str, float]

    @property
    def is_better(self) -> bool:
        """Whether our predictions are significantly better than the reference's."""
        return self.score["brier_gain_low"] > 0

    @property
    def is_worse(self) -> bool:
        """Whether our predictions are significantly worse than the reference's."""
        return self.score["brier_gain_high"] < 0


def describe_recurrence(cells: Sequence[ScoredHistory]) -> str:
    """The part as Markdown."""
    better, worse = sum(cell.is_better for cell in cells), sum(cell.is_worse for cell in cells)
    parts = [
        "## Recurrence\n\n`python -m bench.recurrence --write docs/quality.md`\n",
        show_table(_COLUMNS, [_describe_cell(cell) for cell in cells]),
        f"Significantly better in {better} of these {len(cells)} cells, significantly worse in {worse}.\n",
        _NOTES,
    ]
    return "\n".join(parts)


def _describe_cell(cell: ScoredHistory) -> list[str]:
    score = cell.score

    def pair(name: str, decimals: int) -> str:
        return " / ".join(show_figure(score[each], decimals) for each in (name, f"reference_{name}"))

    gain = show_interval(score["brier_gain_low"], score["brier_gain_high"], 4)
    return [
        cell.title,
        f"{score['window_days']:.0f}",
        f"{score['n']:,.0f}",
        show_figure(score["base_rate"]),
        pair("brier", 4),
        f"**{gain}**" if cell.is_better or cell.is_worse else gain,
        show_figure(score["skill"], 3),
        pair("auc", 3),
        pair("ece", 3),
    ]
