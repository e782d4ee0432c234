"""Whether a message says that something is wrong, over, or neither."""

from collections.abc import Iterator

from causeloop_pipeline.landing.export_file.columns import normalize_name
from causeloop_pipeline.landing.export_file.rows.levels import QUIET
from causeloop_pipeline.landing.messages.chat import plain
from causeloop_pipeline.landing.messages.fields import FLAGS, KINDS, STATES, find_name_of
from causeloop_pipeline.landing.messages.seen import Seen
from causeloop_pipeline.landing.state_words import (
    OVER,
    TEST_LINE,
    TESTS,
    State,
    judge_colour,
    judge_title,
    judge_word,
)

LEVELS = frozenset({"severity", "level", "priority"})
"""Names of how bad it is: only that all is well is a state there."""
ENDED_LEVELS = OVER | {"ok", "okay", "clear", "success"}
AT_TOP = frozenset({"type", "reason"})
"""Names of states that are something else where they are of a part, such as an exception."""
TITLES = ("title", "subject", "summary", "headline")
"""What lines of logs do not have."""
NORMAL = "Normal"
"""The type of events of Kubernetes that are of no failure."""


def is_test(seen: Seen) -> bool:
    """Whether it is sent because somebody tries the settings of the tool."""
    places = (find_name_of(seen.flat, (name,)) for name in KINDS)
    kinds = {str(seen.flat[place]).strip().lower() for place in places if place}
    return bool(kinds & TESTS or TEST_LINE.match(seen.title))


def find_state(seen: Seen) -> tuple[State | None, State | None]:
    """The state that a value of the message is, and the one that its title, colour or lines say."""
    for name in STATES:
        place = (name if name in seen.flat else None) if name in AT_TOP else find_name_of(seen.flat, (name,))
        if place is None or place == seen.columns.get("title"):
            continue
        word = str(seen.flat[place])
        is_kind = name == "type" and word == NORMAL
        if name not in LEVELS and not is_kind and (state := judge_word(word)):
            return state, state
        if name in LEVELS and word.strip().lower() in ENDED_LEVELS:
            return State.RECOVERED, State.RECOVERED
    for place, value in seen.flat.items():
        meaning = FLAGS.get(normalize_name(place.rpartition(".")[2]))
        if meaning is not None and isinstance(value, bool):
            return meaning[value], meaning[value]
    return None, next(_list_judgements(seen), None)


def _list_judgements(seen: Seen) -> Iterator[State]:
    colours = map(judge_colour, seen.opened.colours)
    lines = (line for text in seen.opened.texts[:2] for line in plain(text).splitlines()[:1])
    yield from filter(None, (judge_title(seen.title), *colours, *map(judge_title, lines)))


def find_quiet(seen: Seen, level: str, judged: State | None) -> str | None:
    """The level of a message that is of no failure, nor of the end of one as its title says."""
    if judged is State.RECOVERED and find_name_of(seen.flat, TITLES):
        return None
    kinds = [
        find_name_of(seen.flat, (name,)) for name in ("type", "notify_type", "level", "notification_type")
    ]
    words = [level, *(str(seen.flat[place]) for place in kinds if place)]
    quiet = (word for word in words if word.strip().lower() in QUIET)
    return next(quiet, NORMAL if seen.flat.get("type") == NORMAL else None)
