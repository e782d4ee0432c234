"""Whether an action item is done, as its box, its status or its words say, and since when."""

import re
from datetime import date
from typing import NamedTuple

from causeloop_pipeline.landing.postmortems.blocks import Passage
from causeloop_pipeline.landing.postmortems.written_dates import find_date

DONE = (
    r"done|complete[d]?|closed|resolved|fixed|finished|implemented|shipped|merged|deployed|released|live"
    r"|erledigt|abgeschlossen|fertig|umgesetzt|behoben|geschlossen"
)
OPEN = (
    r"to[- ]?do|open|in[- ]progress|in review|planned|pending|not (?:started|done|yet)|backlog|blocked|wip"
    r"|ongoing|incomplete|started|scheduled|offen|in arbeit|geplant|in bearbeitung|ausstehend"
)
DROPPED = (
    r"won'?t (?:do|fix)|wont(?:do|fix)|cancel(?:l?ed)?|abandoned|obsolete|declined|rejected"
    r"|verworfen|entfällt"
)
YES, NO = (
    frozenset({"yes", "y", "ja", "x", "✅", "✔", "✓", "☑", "true", "100%"}),
    frozenset({"no", "n", "nein", "false"}),
)
_STATUS = re.compile(
    rf"(?<![\w-])(?:(?P<dropped>{DROPPED})|(?P<open>{OPEN})|(?P<done>{DONE}))(?![\w-])", re.IGNORECASE
)
_MARKED = re.compile(
    rf"(?:^\s*[\[(*]?\s*(?P<first>{DONE}|{OPEN}|{DROPPED})\s*[\])*]?\s*[:\-–—]\s+)"
    rf"|(?:[\[(–—-]\s*(?P<last>{DONE}|{OPEN}|{DROPPED})\b(?P<rest>[^\])]{{0,60}})[\])]?\s*\.?\s*$)"
    r"|(?P<sign>[✅☑✔])",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"^(?:we|wir|the team|our team)(?:'ve| have| had)? "
    r"(?:since |already |now |also )*(?:\w+ed|rolled|built|put|made"
    r"|set|split|cut|rewrote|wrote|moved|shut)\b|^wir haben\b.*\b(?:ge\w+|\w+iert)\b"
    r"|^(?:\w+ )?(?:has|have) been \w+ed\b",
    re.IGNORECASE,
)


class ItemStatus(NamedTuple):
    """Whether an item is done, the day that is stated for it, and by what it is stated."""

    is_done: bool
    done_on: date | None = None
    stated_by: str | None = None
    is_dropped: bool = False
    """Whether it will not be done."""


NOT_STATED = ItemStatus(is_done=False)


def read_status(text: str, *, is_day_first: bool | None = None) -> ItemStatus:
    """What a cell of statuses says, or a ticket's cell that has the word behind its number."""
    plain = text.strip().lower()
    if plain in YES:
        return ItemStatus(is_done=True, stated_by="status")
    if plain in NO:
        return ItemStatus(is_done=False, stated_by="status")
    match = _STATUS.search(text)
    if match is None:
        written = find_date(text, is_day_first=is_day_first)
        sign = any(each in text for each in "✅☑✔")
        return ItemStatus(sign, written.day if written and sign else None, "status" if sign else None)
    return _build_status(match.lastgroup or "", text, "status", is_day_first)


def read_marks(passage: Passage, *, is_day_first: bool | None = None) -> ItemStatus:
    """What a list entry's box, a word before or behind its text, or its being crossed out says."""
    if passage.is_checked is not None:
        written = _find_done_date(passage.text, is_day_first)
        return ItemStatus(passage.is_checked, written if passage.is_checked else None, "checkbox")
    if match := _MARKED.search(passage.text):
        if match["sign"]:
            return ItemStatus(True, _find_done_date(passage.text, is_day_first), "status")
        word = match["first"] or match["last"]
        kind = _STATUS.search(word)
        if kind is not None:
            return _build_status(kind.lastgroup or "", passage.text, "status", is_day_first)
    if passage.is_crossed_out:
        return ItemStatus(True, None, "crossed out")
    return NOT_STATED


def is_reported_done(sentence: str) -> bool:
    """Whether a sentence tells that something was done since, such as “We have raised the limit”."""
    return bool(_REPORTED.search(sentence.strip()))


def strip_marks(text: str) -> str:
    """An item's text without the words of its status."""
    return _MARKED.sub(" ", text).strip(" -–—:;")


def _build_status(kind: str, text: str, stated_by: str, is_day_first: bool | None) -> ItemStatus:
    if kind == "dropped":
        return ItemStatus(is_done=False, stated_by=stated_by, is_dropped=True)
    if kind != "done":
        return ItemStatus(is_done=False, stated_by=stated_by)
    written = find_date(text, is_day_first=is_day_first)
    return ItemStatus(True, written.day if written else None, stated_by)


def _find_done_date(text: str, is_day_first: bool | None) -> date | None:
    """A date right behind a word for done; any other date in an item may be its due date."""
    for match in re.finditer(rf"(?:{DONE})\W{{0,3}}(?:on|at|am|seit|since)?\s*", text, re.IGNORECASE):
        written = find_date(text[match.end() : match.end() + 40], is_day_first=is_day_first)
        if written is not None and written.start <= 1:
            return written.day
    return None
