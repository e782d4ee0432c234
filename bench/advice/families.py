"""How often the family that is named is right, by domain: `python -m bench.advice.families`.

Beside the decision, what one word of a word list would choose. Exits 1 when fewer than nine of ten named
families are right, on the titles that were tuned on or on those that were held back.
"""

import sys
from collections.abc import Callable, Sequence

from bench.data.family_titles import NONE, LabelledTitle, read_labelled_titles
from causeloop_pipeline.analysis.act.family_decision import read_failure
from causeloop_pipeline.analysis.detect.clusters.error_families import (
    choose_clearest_family,
    recognize_families,
)

MIN_PRECISION = 0.9


def main() -> int:
    """Measure, print and judge."""
    titles = read_labelled_titles()
    print(f"{len(titles)} titles of {len({title.domain for title in titles})} domains")
    print("| titles | method | named | right when named | found of the labelled |\n|---|---|---|---|---|")
    precisions = []
    for name, is_held_back in (("tuned on", False), ("held back", True)):
        rows = [title for title in titles if title.is_held_back is is_held_back]
        for method, choose in (("first word list that matches", choose_by_word), ("decision", choose_family)):
            named, right, labelled = measure(rows, choose)
            print(
                f"| {name}, {len(rows)} | {method} | {named} | {right / named:.3f} | {right / labelled:.3f} |"
            )
            if choose is choose_family:
                precisions.append(right / named)
    for title in titles:
        family = choose_family(title)
        if family is not None and family != title.family:
            print(f"wrong: {family} instead of {title.family}: {title.title}")
    return 0 if min(precisions) >= MIN_PRECISION else 1


def choose_family(title: LabelledTitle) -> str | None:
    """The decision's family, None where it is left open."""
    decision = read_failure(title.text, title.error_type or None, [title.service]).family
    return decision.family if decision else None


def choose_by_word(title: LabelledTitle) -> str | None:
    """The family whose words match most clearly, service and error type included."""
    return choose_clearest_family(recognize_families(f"{title.text}\n{title.service}"))


def measure(
    rows: Sequence[LabelledTitle], choose: Callable[[LabelledTitle], str | None]
) -> tuple[int, int, int]:
    """How many were named, how many of these rightly, and how many have a family."""
    answers = [(choose(row), row.family) for row in rows]
    named = sum(answer is not None for answer, _ in answers)
    right = sum(answer == family for answer, family in answers if answer is not None)
    return named, right, sum(row.family != NONE for row in rows)


if __name__ == "__main__":
    sys.exit(main())
