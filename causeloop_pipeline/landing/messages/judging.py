"""Whether a message says that something is wrong, over, or neither."""

import re
from collections.abc import Iterator

from causeloop_pipeline.landing.export_file.columns import normalize_name
from causeloop_pipeline.landing.export_file.rows.kubernetes_events import NORMAL
from causeloop_pipeline.landing.export_file.rows.levels import QUIET
from causeloop_pipeline.landing.extract import NOT_YET
from causeloop_pipeline.landing.messages.chat import plain
from causeloop_pipeline.landing.messages.fields import FLAGS, KINDS, STATES, find_name_of
from causeloop_pipeline.landing.messages.seen import Seen
from causeloop_pipeline.landing.state_words import (
    OVER,
    TEST_LINE,
    TESTS,
    UNDER_WAY,
    State,
    judge_colour,
    judge_title,
    judge_word,
)
from causeloop_pipeline.model.run_states import PLAIN_SUCCESSES

LEVELS = frozenset({"severity", "level", "priority"})
"""Names of how bad it is: only that all is well is a state there."""
ENDED_LEVELS = OVER | {"ok", "okay", "clear", "success"}
AT_TOP = frozenset({"type", "reason"})
"""Names of states that are something else where they are of a part, such as an exception."""
LIKE_STATES = re.compile(r"status|state|phase|condition|transition|action|outcome|verdict|alert_?type")
UNLIKE_STATES = re.compile(r"code|old|prev|former|id$|url|link|scan|count|name_of")
ENDS = re.compile(r"resolve|close|recover|clear|restore")
KINDS_OF_MESSAGES = ("type", "kind", "event_type", "object", "entity")
INCIDENTS = frozenset({"incident", "outage", "alert", "alarm", "problem"})
OF_RUNS = ("status", "state", "result", "conclusion", "outcome")
TITLES = ("title", "subject", "summary", "headline")
"""What lines of logs do not have."""


def is_test(seen: Seen) -> bool:
    """Whether it is sent because somebody tries the settings of the tool."""
    places = (find_name_of(seen.flat, (name,)) for name in KINDS)
    kinds = {str(seen.flat[place]).strip().lower() for place in places if place}
    return bool(kinds & TESTS or TEST_LINE.match(seen.title))


def find_under_way(seen: Seen) -> str | None:
    """The state of a run that has not come to an end; an incident that was started is none."""
    kind = find_name_of(seen.flat, KINDS_OF_MESSAGES)
    if kind and str(seen.flat[kind]).strip().lower() in INCIDENTS:
        return None
    places = (find_name_of(seen.flat, (name,)) for name in STATES if name not in AT_TOP | LEVELS)
    words = (str(seen.flat[place]) for place in places if place and place != seen.columns.get("title"))
    return next((word for word in words if normalize_name(word).rpartition("_")[2] in UNDER_WAY), None)


def ends_run(seen: Seen) -> bool:
    """Whether the word for its state is that of a run: its id is that of the run, not of what fails again."""
    places = (find_name_of(seen.flat, (name,)) for name in OF_RUNS)
    return any(str(seen.flat[place]).strip().lower() in PLAIN_SUCCESSES for place in places if place)


def find_state(seen: Seen) -> tuple[State | None, State | None]:
    """The state that a value of the message is, and the one that its title, colour or lines say."""
    stated = next(filter(None, _list_stated(seen)), None)
    return (stated, stated) if stated else (None, next(_list_judgements(seen), None))


def _list_stated(seen: Seen) -> Iterator[State | None]:
    """What the values say that usually hold a state, then those whose name only resembles that of one."""
    for name in STATES:
        place = (name if name in seen.flat else None) if name in AT_TOP else find_name_of(seen.flat, (name,))
        if place is not None and place != seen.columns.get("title"):
            yield _judge_value(name, str(seen.flat[place]))
    for place, value in seen.flat.items():
        last = normalize_name(place.rpartition(".")[2])
        is_inner = "." not in place and "." in seen.columns.get(
            "title", ""
        )  # of the request, not of what it holds
        if isinstance(value, bool) and last in FLAGS and not is_inner:
            yield FLAGS[last][value]
        if isinstance(value, str) and LIKE_STATES.search(last) and not UNLIKE_STATES.search(last):
            yield judge_word(value)
    if _has_ended(seen):
        yield State.RECOVERED


def _judge_value(name: str, word: str) -> State | None:
    if name in LEVELS:
        return State.RECOVERED if word.strip().lower() in ENDED_LEVELS else None
    return None if name == "type" and word == NORMAL else judge_word(word)


def _has_ended(seen: Seen) -> bool:
    """Whether it says when it was resolved or closed."""
    place = seen.columns.get("resolved_at", "")
    written = str(seen.flat.get(place) or "")
    return bool(ENDS.search(normalize_name(place))) and len(written) > 1 and not NOT_YET.match(written)


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
