"""Reads a message of a tool as a failure, its end, or none: in the product's fields, whatever its form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from causeloop_pipeline.connectors.formats.named_errors import ERROR_NAME
from causeloop_pipeline.connectors.spec import TimeFormat
from causeloop_pipeline.landing.export_file.columns import normalize_name
from causeloop_pipeline.landing.export_file.rows.levels import name_level
from causeloop_pipeline.landing.failure_lines import has_word
from causeloop_pipeline.landing.failure_text import read_failure
from causeloop_pipeline.landing.messages.chat import find_link, plain
from causeloop_pipeline.landing.messages.fields import GROUPED, STARTS, STATES, find_name_of
from causeloop_pipeline.landing.messages.identity import (
    find_given_id,
    find_message_id,
    find_own_id,
    find_run_name,
    find_subject,
    find_thing_id,
    is_address,
    make_id,
)
from causeloop_pipeline.landing.messages.judging import (
    ENDED_LEVELS,
    ends_run,
    find_quiet,
    find_state,
    find_under_way,
    is_test,
)
from causeloop_pipeline.landing.messages.seen import NoMessageError, Seen, look_at
from causeloop_pipeline.landing.state_words import SEVERITY_OF_STATE, State, name_subject, strip_state
from causeloop_pipeline.landing.timestamps import TimestampError, parse_timestamp
from causeloop_pipeline.model.issue import ISSUE_FIELDS, TIME_FIELDS, TITLE_LIMIT, IssueStatus, Severity
from causeloop_pipeline.model.raw_record import NORMALIZED, NORMALIZED_CONDITION, NoFailure
from causeloop_pipeline.model.vendor_words import map_severity

MAX_LENGTHS = {field.name: field.max_length for field in ISSUE_FIELDS}
SEVERITY_OF_COLOUR = {"red": Severity.P2.value, "yellow": Severity.P3.value}
CLOCK = re.compile(
    r"\d\d:\d\d:\d\d(?:[.,]\d+)?:?\s+(?:(?:emergency|alert|critical|error|warning|notice)\b:?\s*)?", re.I
)
RAISED = re.compile(r"([A-Za-z_][\w.]*)\(.*\)", re.DOTALL)
"""An exception as Python writes it: its class, and what it was raised with."""
MICROSECONDS = re.compile(r"\d{16}")
PAGES = ("check", "monitor", "alert", "rule", "job", "run")
"""Values that may be the address of what is watched, where others have its name."""
TEXTS = ("body", "service", "error_type", "team", "environment", "external_url")


@dataclass(frozen=True)
class Message:
    """A message as an issue in the product's fields, and the kind of its record."""

    payload: dict[str, Any]
    kind: str


def read_message(
    message: Mapping[str, Any], now: datetime, chosen: Mapping[str, str] | None = None
) -> Message | NoFailure:
    """A message as an issue; `chosen`: field → the path that a person has mapped.

    Raises NoMessageError where nothing reads like a title, or like a failure.
    """
    seen = look_at(message, chosen or {})
    if is_test(seen):
        return NoFailure("a message that tries the settings")
    stated, judged = find_state(seen)
    if stated is None and (state := find_under_way(seen)):
        return NoFailure(f"its state is {state!r}")
    level = name_level(seen.flat, seen.columns.get("severity", ""), seen.at("severity") or "")
    if not (seen.is_named or judged or level or seen.at("error_type")):
        raise NoMessageError("nothing in it says that something failed: map the field that holds its title")
    if stated is None and (quiet := find_quiet(seen, level, judged)):
        return NoFailure(f"its level is {quiet!r}")
    return _build(seen, stated, judged, level, now)


def _build(seen: Seen, stated: State | None, judged: State | None, level: str, now: datetime) -> Message:
    title = strip_state(_drop_time(seen.title))[:TITLE_LIMIT]
    payload: dict[str, Any] = {"title": title, **_read_texts(seen, title)}
    payload |= _read_severity(seen, level)
    is_over = judged is State.RECOVERED
    payload["status"] = (IssueStatus.RESOLVED if is_over else IssueStatus.OPEN).value
    payload["external_id"], kind = _identify(seen, stated, judged, payload)
    payload |= _read_times(seen, judged, now if kind == NORMALIZED_CONDITION else None)
    read = {seen.columns[name] for name in (*TEXTS, *TIME_FIELDS, "title") if name in seen.columns}
    rest = {name: value for name, value in seen.flat.items() if name not in read}
    return Message(payload | ({"attributes": rest} if rest else {}), kind)


def _drop_time(title: str) -> str:
    """A line without the time and the level that logs write before each."""
    text = CLOCK.sub("", title)
    return read_failure(text).titles[0] if title[:1].isdigit() and has_word(text) else title


def _read_texts(seen: Seen, title: str) -> dict[str, str]:
    texts = {name: _to_text(seen.at(name)) for name in TEXTS}
    if lines := [plain(text) for text in (*seen.opened.titles, *seen.opened.texts)]:
        others = [line for line in dict.fromkeys(lines) if line not in (seen.title, title)]
        texts["body"] = "\n".join(others) or None
    elif texts["body"] is None and "\n" in str(seen.at("title") or ""):
        texts["body"] = str(seen.at("title"))
    if not str(texts["external_url"] or "").startswith(("http://", "https://")):
        page = next(filter(is_address, map(seen.flat.get, PAGES)), None)
        in_texts = [find_link(text) for text in (str(seen.at("title") or ""), texts["body"] or "")]
        links = [page, *seen.opened.links, *in_texts]
        texts["external_url"] = next((link for link in links if link), None)
    if "\n" in (texts["error_type"] or ""):  # a trace
        texts["body"], texts["error_type"] = texts["body"] or texts["error_type"], None
    if raised := RAISED.fullmatch(texts["error_type"] or ""):
        texts["error_type"] = raised[1]
    if texts["error_type"] is None:
        named = re.search(ERROR_NAME, title) or re.search(ERROR_NAME, _take_last_line(texts["body"]))
        texts["error_type"] = named[1] if named else None
    return {name: text[: MAX_LENGTHS[name]] for name, text in texts.items() if text}


def _take_last_line(text: str | None) -> str:
    lines = (text or "").strip().splitlines()
    return lines[-1] if lines else ""


def _read_severity(seen: Seen, level: str) -> dict[str, str]:
    """The word for how bad it is, and what it means; else what the state's word or the colour says of it."""
    is_kind = seen.columns.get("severity", "").rpartition(".")[2].lower().endswith("type")
    is_usable = level.lower() not in ENDED_LEVELS and (not is_kind or level.lower() in SEVERITY_OF_STATE)
    if level and is_usable and (meaning := map_severity(level)):
        return {"severity": level, "own_severity": meaning}
    words = [str(seen.flat[place]).lower() for name in STATES if (place := find_name_of(seen.flat, (name,)))]
    words += re.findall(r"[a-z]+", seen.title.lower())
    named = (meaning for word in words if (meaning := SEVERITY_OF_STATE.get(word)))
    if word := next(named, None):
        return {"severity": word}
    colour = next(
        (SEVERITY_OF_COLOUR[name] for name in seen.opened.colours if name in SEVERITY_OF_COLOUR), None
    )
    return {"severity": colour} if colour else {}


def _read_times(seen: Seen, state: State | None, now: datetime | None) -> dict[str, str]:
    """The start, where it is stated or each message is of another failure; when it changed; and its end."""
    moments = {name: moment for name in TIME_FIELDS if (moment := _read_moment(seen.at(name)))}
    named = seen.columns.get("source_created_at", "")
    is_start = normalize_name(named.rpartition(".")[2]) in STARTS
    started = moments.get("source_created_at")
    made = moments.get("source_updated_at") or next(
        (moment for time in seen.opened.times if (moment := _read_moment(time))), None
    )
    if all(find_name_of(seen.flat, (name,)) for name in GROUPED):
        started = made
    elif started and not is_start:
        started, made = None, made or started
    if not (started or made or moments.get("resolved_at")):  # one that fails again within a minute, too
        made = now
    times: dict[str, datetime | None] = {"source_created_at": started, "source_updated_at": made}
    if state is State.RECOVERED:
        times["resolved_at"] = moments.get("resolved_at") or made
        times["source_updated_at"] = made or moments.get("resolved_at")
    elif state is not State.FIRING and started is None:
        times["source_created_at"] = made
    return {name: moment.isoformat() for name, moment in times.items() if moment}


def _read_moment(value: Any) -> datetime | None:
    if value is None or isinstance(value, bool | list):
        return None
    text = str(value).strip()
    if MICROSECONDS.fullmatch(text):
        text = f"{text[:-6]}.{text[-6:]}"
    try:
        moment = parse_timestamp(text, TimeFormat.ISO)
    except TimestampError:
        return None
    return moment.astimezone(UTC)


def _identify(
    seen: Seen, stated: State | None, judged: State | None, payload: Mapping[str, Any]
) -> tuple[str, str]:
    """The id of what fails, and the kind of the record: a condition, or one failure with an id of its own."""
    if thing := find_thing_id(seen.flat):
        return thing, NORMALIZED_CONDITION
    is_over = judged is State.RECOVERED and not ends_run(seen)
    if (is_over or judged is State.FIRING) and (given_id := find_given_id(seen.flat)):
        return given_id, NORMALIZED_CONDITION
    message_id = find_message_id(seen.flat) or find_own_id(seen.flat)
    if message_id and (judged is None or (judged is State.FAILED and stated is None)):
        return message_id, NORMALIZED
    subject = (find_subject(seen.flat) or find_run_name(seen.flat)) if judged else None
    return make_id((payload.get("service"), subject or name_subject(seen.title))), NORMALIZED_CONDITION


def _to_text(value: Any) -> str | None:
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, list):
        return ", ".join(str(entry) for entry in value if isinstance(entry, str | int)) or None
    return str(value).strip() or None
