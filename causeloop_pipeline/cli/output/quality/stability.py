"""The part on stability: how many issues change their pattern when others come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from causeloop_pipeline.cli.output.quality.known_sets import KNOWN_SETS
from causeloop_pipeline.cli.output.quality.page import show_table

_NOTES = """\
Nine tenths of a set are grouped, the newest tenth is assigned, then all are grouped again from the patterns
before, twice. "Recomputed": nothing is new. "Unrelated": of 200 made-up reports on subjects of no set, the
share that is linked with anything, at once or when all are grouped again.
"""


@dataclass(frozen=True, slots=True)
class StabilityLine:
    """A set: of its issues, which share changed or lost their pattern at each step."""

    name: str
    issues: int
    moved: Mapping[str, float]


def describe_stability(lines: Sequence[StabilityLine], unrelated: Mapping[str, float]) -> str:
    """The part as Markdown. In: a line a set; by labelled set the share of unrelated reports linked."""
    steps = list(lines[0].moved)
    parts = [
        "## Stability\n\n`python -m bench.stability --write docs/quality.md`\n",
        "Issues that change or lose their pattern:\n",
        show_table(
            ("data", "issues", *steps),
            [
                (_write_title(line.name), f"{line.issues:,}", *(f"{line.moved[step]:.2%}" for step in steps))
                for line in lines
            ],
        ),
        show_table(
            ("data", "unrelated reports linked"),
            [(_write_title(name), f"{share:.1%}") for name, share in unrelated.items()],
        ),
        _NOTES,
    ]
    return "\n".join(parts)


def _write_title(name: str) -> str:
    return KNOWN_SETS[name].title if name in KNOWN_SETS else name
