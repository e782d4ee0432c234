"""Which of the values of a message is which field of an issue, by the names that such values usually have."""

import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from causeloop_pipeline.landing.export_file.columns import normalize_name, recognize_columns
from causeloop_pipeline.landing.export_file.rows.kubernetes_events import is_event, name_workload
from causeloop_pipeline.landing.json_guard import read_json_text
from causeloop_pipeline.landing.state_words import State
from causeloop_pipeline.model.state_flags import BAD_RUNS, BAD_WHILE_IT_LASTS, GOOD_RUNS, GOOD_WHILE_IT_LASTS
from causeloop_pipeline.model.vendor_words import parse_word_lists

NAMES = parse_word_lists("""
title: entity_display_name title event_title issue_title summary short_description subject headline
    message msg short_message error_message errormessage text description details error_description output
    check_output state_message alert_details body log_message trigger trigger_name problem problem_name
    alert alarm issue event_name eventname reason
body: body description details full_message long_message output check_output message text state_message
    error stack stack_trace stacktrace traceback exc_info backtrace
service: service service_name business_service affected_service application app app_name appname product
    project_name project repository repository_name involved_object dag dag_id task task_id workflow flow
    pipeline job_name job monitor_name monitor monitor_friendly_name run_name component systemd_unit unit
    syslog_identifier programname program
    container_name container process_name host hostname host_name instance resource entity entity_name
    node server device computer source origin logger logger_name
error_type: error_type exception_type exception_class error_class exc_type err_type error_name err_name
    exception_name error_code failure_type cause reason
severity: severity severity_text severitytext level loglevel log_level levelname level_name priority
    urgency importance criticality impact
""")
"""What messages call the fields of an issue, the likeliest name first."""
MORE_NAMES = parse_word_lists("""
service: name
external_url: generator_url client_url view_url dashboard_url panel_url web_link html_link details_url
    event_url log_url logs_url run_url build_url full_url target_url click click_url action_url href
severity: notify_type notification_type alert_type message_type type
source_created_at: starts_at started_at start_at began_at since firing_since first_timestamp triggered_at
    fired_at raised_at failed_at state_start_time active_at
source_updated_at: ts event_time when last_timestamp timestamp time received_at sent_at realtime_timestamp
    timereported timegenerated asctime isodate datetime date evaluated_at issued now finished
    alert_date_time
resolved_at: ends_at ended_at end_at recovered_at cleared_at restored_at
""")
"""What they call them where the usual names of exports are not there."""
WATCHED = parse_word_lists("""
subjects: trigger trigger_name problem_name alertname alert_name rule_name rule monitor_name monitor
    check_name check job_name job workflow flow pipeline task_name run_name backup_name
    monitor_friendly_name
starts: starts_at started started_at start_at began_at since firing_since first_timestamp triggered_at
    fired_at raised_at failed_at state_start_time active_at start_time first_seen first_occurrence created_at
    opened_at created opened detected_at occurred_at source_created_at
states: new_state current_state event_action alert_state alertstate new_status current_status conclusion
    outcome result state status check_state monitor_status alert_transition health health_status
    message_type notification_type notify_type action alert_reason event_type event eventname type
    severity level reason
""")
SUBJECTS = WATCHED["subjects"]
"""What is watched or run again and again, by its name."""
STARTS = frozenset(WATCHED["starts"])
"""Names of times that stay while it lasts; any other is when the message was made."""
STATES = WATCHED["states"]
"""Where a message may say its state, the likeliest name first."""
WEAK_TITLE = "name"
"""What it is of, and not what failed."""
LOOKED_AT = 300
"""Values of a message that are looked at; the others are kept as attributes."""
GROUPED = ("first_seen", "last_seen")
"""What a message of a group of failures has: its start is the first one's, and it is sent for another."""
KINDS = ("alert_reason", "event_type", "alert_type", "notification_type", "action")
"""Where a message may say that it only tries the settings."""
OF_OTHERS = frozenset(
    {"commit", "commits", "head_commit", "author", "sender", "user", "pusher", "committer", "owner"}
)
"""What is in these says nothing of the failure."""
KINDS_OF_THINGS = frozenset(
    {"run", "job", "build", "pipeline", "workflow", "task", "check", "monitor", "incident", "alert", "event"}
)
COMMIT = frozenset({"message", "ref"})
COMMITTERS = frozenset({"author", "author_login", "author_name", "sender", "committer", "after", "sha"})
"""What stands beside the message of a commit in what CI tells of a build: it says nothing of the failure."""
EMBEDDED = frozenset({"log", "message", "msg", "MESSAGE"})
"""Texts that may hold JSON, as a container's log does."""
TRANSPARENT = "metadata"
"""What is in it, in Kubernetes and where its form is followed, is of the object itself."""
FLAGS = {
    **dict.fromkeys(GOOD_WHILE_IT_LASTS, (State.FIRING, State.RECOVERED)),
    **dict.fromkeys(BAD_WHILE_IT_LASTS, (State.RECOVERED, State.FIRING)),
    **dict.fromkeys(GOOD_RUNS, (State.FAILED, State.RECOVERED)),
    **dict.fromkeys(BAD_RUNS, (State.RECOVERED, State.FAILED)),
}
"""What no and yes mean of some values."""


def read_workload(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """A message, in which an event of Kubernetes names its workload rather than one of its pods."""
    if not is_event(message):
        return message
    return {**message, "service": name_workload(message)}


def flatten_message(message: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Its values under dotted names; lists of one object, or of names and values, as an object."""
    flat: dict[str, Any] = {}
    is_of_commit = message.keys() >= COMMIT and bool(COMMITTERS & message.keys())
    for name, inner in message.items():
        if is_of_commit and name in COMMIT:
            continue
        value = _open_list(name, inner) if isinstance(inner, list) else inner
        if name in EMBEDDED and isinstance(value, str) and value.startswith("{"):
            value = read_json_text(value) or value
        if isinstance(value, Mapping):
            if name in OF_OTHERS:
                continue
            flat |= flatten_message(value, prefix if name == TRANSPARENT else f"{prefix}{name}.")
        elif value not in (None, "", [], {}):
            flat[f"{prefix}{name}"] = value
    return flat


def _open_list(name: str, entries: list[Any]) -> Any:
    if pairs := _read_pairs(entries):
        return pairs
    if len(entries) != 1 or not isinstance(entries[0], Mapping):
        return entries
    entry = entries[0]
    return {key: entry[key] for key in entry if key in {"href", "url"}} if name == "links" else entry


def recognize_fields(flat: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, str]:
    """Field → the name of its value: as a person chose it, else by what messages and exports call it."""
    columns = {field: name for field, name in chosen.items() if name in flat}
    single = {name: value for name, value in flat.items() if not isinstance(value, list)}
    _add(columns, {name: value for name, value in single.items() if not _is_of_kind(value)}, NAMES)
    free = tuple(name for name in islice(single, LOOKED_AT) if name not in columns.values())
    for field, name in _recognize_columns(free):
        is_line = isinstance(single[name], str) and _take_last(name) != WEAK_TITLE
        is_line = is_line and not _is_of_kind(single[name])
        if field != "title" or is_line:
            columns.setdefault(field, name)
    _add(columns, single, MORE_NAMES)
    return columns


def _is_of_kind(value: Any) -> bool:
    """Whether a value names a kind of things, such as `run`, and neither what failed nor where."""
    return isinstance(value, str) and value.strip().lower() in KINDS_OF_THINGS


@lru_cache(maxsize=512)
def _recognize_columns(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The usual columns of exports; messages of one tool have the same names again and again."""
    return tuple(recognize_columns(names, {}).columns.items())


def _add(columns: dict[str, str], flat: Mapping[str, Any], names: Mapping[str, tuple[str, ...]]) -> None:
    for field, usual in names.items():
        if field not in columns and (name := find_name_of(flat, usual, set(columns.values()))):
            columns[field] = name


def find_name_of(flat: Mapping[str, Any], names: tuple[str, ...], taken: Collection[str] = ()) -> str | None:
    """The name in a message that is one of some names: whole, by its last parts, or whose name it is."""
    for spelled in _spell(tuple(islice(flat, LOOKED_AT))):
        for name in names:
            free = (written for written in spelled.get(name, ()) if written not in taken)
            if match := next(free, None):
                return match
    return None


@lru_cache(maxsize=512)
def _spell(names: tuple[str, ...]) -> tuple[Mapping[str, tuple[str, ...]], ...]:
    """The names of a message by what they are called in each way, in the order in which they stand there."""
    ways: tuple[Callable[[str], str], ...] = (normalize_name, _take_last_two, _take_owner, _take_last)
    spelled: tuple[dict[str, tuple[str, ...]], ...] = tuple({} for _ in ways)
    for name in names:
        for by_way, name_of in zip(spelled, ways, strict=True):
            plain = name_of(name)
            by_way[plain] = (*by_way.get(plain, ()), name)
    return spelled


def _take_last_two(name: str) -> str:
    return normalize_name("_".join(name.split(".")[-2:]))


def _take_last(name: str) -> str:
    return normalize_name(name.rpartition(".")[2])


def _take_owner(name: str) -> str:
    owner, _, last = name.rpartition(".")
    is_name = normalize_name(last) in {"name", "display_name", "title", "label", "value"}
    return normalize_name(owner.rpartition(".")[2]) if is_name else ""


def _read_pairs(value: list[Any]) -> dict[str, Any]:
    """A list of names and values as an object; empty where it is none."""
    if not all(isinstance(entry, Mapping) for entry in value):
        return {}
    pairs: dict[str, Any] = {}
    for entry in value:
        name = next(
            (entry[key] for key in ("name", "key", "label", "title") if isinstance(entry.get(key), str)), None
        )
        if name is None or "value" not in entry or len(entry) > 4:
            return {}
        pairs[re.sub(r"\.", "_", name)] = entry["value"]
    return pairs
