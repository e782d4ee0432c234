"""Whether a message says that something fails, has failed or has recovered; and its subject without that."""

import colorsys
import re
from enum import StrEnum
from typing import Any

from causeloop_pipeline.model.vendor_words import DENIED, parse_word_lists


class State(StrEnum):
    """What a message says of what it is about."""

    FIRING = "firing"
    """It is wrong, and may be repeated for as long as it is."""
    FAILED = "failed"
    """It went wrong: each such message is of another failure."""
    RECOVERED = "recovered"


WORDS = parse_word_lists("""
recovered: resolved resolve recovered recovery recovering ok okay up clear cleared close closed healthy
    success succeeded successful successfully passing passed pass fixed inactive restored online reachable
    available completed complete done finished normal good green solved back_to_normal
    remediated mitigated deactivated dismissed cancelled canceled archived suppressed ignored removed deleted
failed: failed failure failures fail fails errored error errors exception crashed crash aborted timeout
    timed_out broken fatal killed unsuccessful recurring recurred regression regressed reopened
firing: firing alerting triggered trigger problem down critical crit warning warn open opened active alarm
    alert failing unhealthy unreachable unavailable offline degraded raised bad danger breached no_data
    emergency
under_way: start started starting running working queued building enqueued
over: resolve resolved recovered recovery cleared closed solved fixed restored
strong: resolved recovered recovery cleared firing alerting triggered problem alarm ok up down critical
    warning fixed healthy unhealthy failed failure failing error success succeeded
""")
STATE_OF_WORD = {word: state for state in State for word in WORDS[state.value]}
UNDER_WAY = frozenset(WORDS["under_way"])
"""States of what has not come to an end yet."""
NOUNS = frozenset({"alert", "alarm", "problem", "trigger", "open", "active"})
"""Words that beside others only name what it is of: `query_alert_monitor`."""
OVER = frozenset(WORDS["over"])
"""What counts beside the name of what was wrong."""
TESTS = frozenset({"test", "ping"})
"""What the messages are called that a tool sends when somebody tries its settings."""
TEST_LINE = re.compile(
    r"^\W*(?:this is (?:a|just a) )?test(?:ing)?\W+(?:\w+\W+){0,2}?"
    r"(?:message|notification|alert|issue|webhook|event)\b",
    re.I,
)
SEVERITY_OF_STATE = {
    "critical": "critical",
    "crit": "critical",
    "emergency": "critical",
    "fatal": "critical",
    "warning": "warning",
    "warn": "warning",
    "failure": "error",
    "failed": "error",
    "error": "error",
}
CAMEL_CASE = re.compile(r"([a-z])([A-Z])")
GOOD_EMOJI = r"[✅🟢💚🎉👍]|:white_check_mark:|:heavy_check_mark:|:large_green_circle:|:ok:|:tada:"
BAD_EMOJI = (
    r"[🔴🔥❌🚨🆘💥🟥⛔🛑💔]|:fire:|:x:|:red_circle:|:rotating_light:|:sos:|:boom:|:no_entry:|:broken_heart:"
)
EMOJI = re.compile(
    rf"(?:{GOOD_EMOJI}|{BAD_EMOJI}|:[a-z][a-z0-9_+-]{{1,30}}:|[\U0001F300-\U0001FAFF\u2600-\u27BF]\uFE0F?)\s*"
)
STRONG = "|".join(WORDS["strong"])
TAGS = tuple(
    re.compile(
        rf"^\s*(?:\[\w{{1,20}}\]\s*)?{begin}\s*(?:\w+[\s:-]+)?({STRONG})\b[^{end}]{{0,60}}{end}[\s:–-]*", re.I
    )
    for begin, end in ((r"\[", r"\]"), (r"\(", r"\)"), ("<", ">"), (r"\{", r"\}"))
)
"""A state in brackets at the beginning: `[FIRING:1]`, `(Resolved)`."""
PREFIX = re.compile(rf"^\s*({STRONG})\s*(?:[:|–]|\s-)\s*", re.I)
SUFFIX = re.compile(
    rf"(?:\s*[:|–=>-]+\s*|\s+(?:(?:is|are|was|has|have|went|got|now|been|gone|came|back|changed|to|state)\s+)*)"
    rf"\[?\(?({STRONG}|unreachable|reachable|offline|online|restored|passed|available|unavailable"
    rf"|back to normal|normal|successful|successfully|completed|finished|crashed)"
    rf"\b\)?\]?(?:\s+(?:again|now|state))?[.!]*\s*$",
    re.I,
)
MIDDLE = re.compile(
    rf"\b(?:is|are|has|was|went|been|now|back|finished|completed)\s+(?:now\s+|been\s+|back\s+)*"
    rf"({STRONG}|unreachable|reachable|offline|online|restored|passed|available|unavailable)\b",
    re.I,
)
VERB = re.compile(r"\s(?:failed|fails|succeeded|recovered|resolved|crashed|completed|finished)\b", re.I)
ASIDE = re.compile(r"\([^()]{0,200}\)")
NEGATED = re.compile(
    r"\b(?:not|never|un|cannot|can't|could not|couldn't|failed to|unable to)(?: be)?\s+\w+", re.I
)
NUMBERS = re.compile(r"(?<![\w.-])[-+]?\d[\d.,:]*\s?(?:%|[a-zA-Zµ]{1,3}\b)?(?![\w-])")
HUES_OF_RED, HUES_OF_WARNING, HUES_OF_GREEN = (345, 18), (18, 65), (75, 170)
MIN_SUBJECT = 2
"""Words before a verb that say alone what it is of."""
MIN_SATURATION, MIN_VALUE = 0.35, 0.3
MAX_LINE = 300
"""As much of a line as an issue's title holds."""
COLOURS = {"good": "green", "danger": "red", "warning": "yellow", "attention": "red", "orange": "yellow"}
"""The names that chats have for colours."""


def judge_word(word: Any) -> State | None:
    """What a word for a state says; `alert resolved` is over, `completed with errors` has failed."""
    if not isinstance(word, str):
        return None
    word = word[:MAX_LINE]
    plain = DENIED.sub(" problem ", CAMEL_CASE.sub(r"\1 \2", word).lower())
    lowered = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    parts = lowered.split("_")
    if lowered in STATE_OF_WORD:
        return STATE_OF_WORD[lowered]
    if any(part in OVER for part in parts):
        return State.RECOVERED
    states = {STATE_OF_WORD[part] for part in parts if part in STATE_OF_WORD and part not in NOUNS}
    return next((state for state in (State.FAILED, State.RECOVERED, State.FIRING) if state in states), None)


def find_tag(title: str) -> re.Match[str] | None:
    """The tag of a state at the beginning of a line, also behind another tag."""
    return next((tagged for tag in TAGS if (tagged := tag.match(title))), None)


def judge_title(line: str) -> State | None:
    """What a line says: in a tag before it, at its beginning or end, by a sign, or within."""
    title = line[:MAX_LINE]
    if tagged := find_tag(title) or PREFIX.match(EMOJI.sub("", title)):
        return judge_word(tagged[1])
    plain = NEGATED.sub(" problem ", title)
    if named := SUFFIX.search(plain) or MIDDLE.search(plain):
        return judge_word(named[1])
    if re.search(BAD_EMOJI, title):
        return State.FIRING
    if re.search(GOOD_EMOJI, title):
        return State.RECOVERED
    words = [judge_word(word) for word in re.findall(r"[a-z]+", plain.lower())]
    return State.FAILED if State.FAILED in words else None


def judge_colour(colour: str | None) -> State | None:
    """What the colour of a message says."""
    return {"green": State.RECOVERED, "red": State.FIRING, "yellow": State.FIRING}.get(colour or "")


def name_colour(value: Any) -> str | None:
    """red, yellow or green, of a name, of `#d00000` or of a number; None of any other colour."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = f"{value:06x}"
    if not isinstance(value, str):
        return None
    word = value.strip().lower().lstrip("#").removeprefix("0x")
    word = COLOURS.get(word, word)
    if word in {"red", "yellow", "green"}:
        return word
    if re.fullmatch(r"[0-9a-f]{3}", word):
        word = "".join(digit * 2 for digit in word)
    return _name_hue(word) if re.fullmatch(r"[0-9a-f]{6}", word) else None


def _name_hue(digits: str) -> str | None:
    red, green, blue = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    degrees = hue * 360
    if saturation < MIN_SATURATION or value < MIN_VALUE:
        return None
    if degrees >= HUES_OF_RED[0] or degrees < HUES_OF_RED[1]:
        return "red"
    if HUES_OF_WARNING[0] <= degrees < HUES_OF_WARNING[1]:
        return "yellow"
    return "green" if HUES_OF_GREEN[0] <= degrees < HUES_OF_GREEN[1] else None


def strip_state(title: str) -> str:
    """A line without the tag and the signs before it, as a title."""
    plain = EMOJI.sub("", title[:MAX_LINE])
    tagged = find_tag(plain)
    tagless = plain[tagged.end() :].strip() if tagged else plain.strip()
    return (tagless or plain or title).strip()


def name_subject(title: str) -> str:
    """What stays the same in the messages of one thing: no state, no numbers that stand alone, no reasons."""
    plain = NEGATED.sub(" ", PREFIX.sub("", strip_state(title)))
    plain = (
        SUFFIX.sub("", plain) if (middle := MIDDLE.search(plain)) is None else _take_subject(plain, middle, 1)
    )
    if verb := VERB.search(plain):
        plain = _take_subject(plain, verb, MIN_SUBJECT)
    plain = NUMBERS.sub(" ", ASIDE.sub(" ", plain))
    words = re.findall(r"[^\W_][\w./-]*", plain.lower())
    return " ".join(word for word in words if word.strip("./-") not in STATE_OF_WORD)


def _take_subject(title: str, predicate: re.Match[str], least: int) -> str:
    """What stands before a predicate; what stands around it where that is too little."""
    before = title[: predicate.start()]
    return before if len(before.split()) >= least else f"{before} {title[predicate.end() :]}"
