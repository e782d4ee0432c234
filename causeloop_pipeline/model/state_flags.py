"""Values of yes and no by which tools say whether something is wrong: `is_resolved`, `up`, `success`."""

from causeloop_pipeline.model.vendor_words import parse_word_lists

_NAMES = parse_word_lists("""
lasting_good: up is_up healthy resolved is_resolved recovered closed is_closed
lasting_bad: firing down is_down triggered is_open is_active
run_good: ok success succeeded passed
run_bad: failed has_failed is_failed
""")
GOOD_WHILE_IT_LASTS, BAD_WHILE_IT_LASTS = (
    frozenset(_NAMES[name]) for name in ("lasting_good", "lasting_bad")
)
"""Of what is watched."""
GOOD_RUNS, BAD_RUNS = (frozenset(_NAMES[name]) for name in ("run_good", "run_bad"))
"""Of what is run again and again."""


def is_over(name: str, *, flag: bool) -> bool | None:
    """Whether a yes or no of some name says that all is well; None where it says nothing of that."""
    if name in GOOD_WHILE_IT_LASTS | GOOD_RUNS:
        return flag
    return not flag if name in BAD_WHILE_IT_LASTS | BAD_RUNS else None
