"""Turns CloudEvents into events of the product: binary, structured, and in batches.

Source: CloudEvents 1.0, its JSON format and its HTTP binding (https://cloudevents.io).
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.landing.field_mapping import PRODUCT_FIELDS
from causeloop_pipeline.landing.inbound.product_fields import EVENT_RULES, FieldError, IngestError
from causeloop_pipeline.landing.json_guard import GuardError, parse_json
from causeloop_pipeline.model.issue import TITLE_LIMIT, IssueStatus
from causeloop_pipeline.model.vendor_words import map_severities, map_statuses

STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
REQUIRED = ("id", "source", "type")
HEADER = "ce-"
TITLES = ("title", "message", "summary", "error", "reason", "name")
SEVERITIES = (
    "severity",
    "level",
    "priority",
    "urgency",
    "criticality",
    "loglevel",
    "log_level",
    "severitytext",
)
STATUSES = ("status", "state")
SUCCESSES = frozenset({"succeeded", "success", "successful", "completed", "passed", "ok", "finished"})
"""The parts of a type that tell of a success, such as `com.acme.job.succeeded`."""
QUIET = frozenset(
    {"info", "informational", "information", "notice", "debug", "trace", "success", "ok", "none"}
)
CONDITIONS = "status.conditions"
"""Where objects of Kubernetes say what became of them, such as the runs of Tekton."""
MAX_ID, MAX_FIELD = 512, 200


def read_cloud_events(headers: Mapping[str, str], body: bytes) -> list[dict[str, Any]]:
    """The CloudEvents of a request, with the data of each; IngestError where it is none."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == BATCH:
        events = _parse(body)
        if not isinstance(events, list):
            raise IngestError([FieldError("", "a batch must be a list of CloudEvents")])
        return [event if isinstance(event, dict) else {} for event in events]
    if media_type == STRUCTURED:
        event = _parse(body)
        if not isinstance(event, dict):
            raise IngestError([FieldError("", "a CloudEvent must be an object")])
        return [event]
    return [_read_binary(headers, media_type, body)]


def is_success(cloud_event: Mapping[str, Any]) -> bool:
    """Whether an event tells that something went well: its type says so, and no severity says otherwise."""
    parts = set(re.split(r"[^a-z]+", str(cloud_event.get("type", "")).lower()))
    if not parts & SUCCESSES:
        return False
    data = _find_data(cloud_event)
    words = _list_words(data if isinstance(data, dict) else {}, cloud_event, SEVERITIES)
    return all(word.lower() in QUIET for word in words)


def to_event(cloud_event: Mapping[str, Any]) -> dict[str, Any]:
    """The event in the product's field names: those of its data that have them, the rest as attributes."""
    errors = list(_find_errors(cloud_event))
    if errors:
        raise IngestError(errors)
    data = _find_data(cloud_event)
    fields = data if isinstance(data, dict) else {"message": data}
    own_names = [name for name in fields if name in PRODUCT_FIELDS and _fits(name, fields[name])]
    own_fields = {name: fields[name] for name in own_names}
    event = {
        "title": _build_title(fields, cloud_event),
        "severity": _find_meaning(map_severities, fields, cloud_event, SEVERITIES),
        "status": _find_meaning(map_statuses, fields, cloud_event, STATUSES),
        "service": str(cloud_event["source"]).rstrip("/").rpartition("/")[2][:MAX_FIELD],
        "error_type": str(cloud_event["type"])[:MAX_FIELD],
        "external_id": _identify(cloud_event),
        **{name: value for name, value in own_fields.items() if name != "external_id"},
    }
    # The event of an end has the time of the end; the beginning stands in the first one.
    ended = event.get("status") in {IssueStatus.RESOLVED, IssueStatus.CLOSED}
    times = {"source_updated_at": cloud_event.get("time")}
    times["resolved_at" if ended else "source_created_at"] = cloud_event.get("time")
    event = times | event
    others = {name: value for name, value in fields.items() if name not in own_fields}
    context = {f"ce.{name}": value for name, value in cloud_event.items() if not name.startswith("data")}
    event["attributes"] = {**context, **others, **event.get("attributes", {})}
    return {name: value for name, value in event.items() if value not in (None, "")}


def _list_words(fields: Mapping[str, Any], event: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    """What stands under some names: in the data, in an object of the data, among the event's attributes."""
    inner = [value for value in fields.values() if isinstance(value, dict)]
    for name in names:
        for place in (fields, *inner, event):
            word = place.get(name)
            if isinstance(word, str | int | float) and not isinstance(word, bool) and str(word).strip():
                yield str(word).strip()


def _find_meaning(
    map_words: Callable[[list[str]], Mapping[str, str]],
    fields: Mapping[str, Any],
    event: Mapping[str, Any],
    names: Iterable[str],
) -> str | None:
    """The product's word for the first of the sender's that is understood."""
    words = list(_list_words(fields, event, names))
    meanings = map_words(words)
    return next((str(meanings[word]) for word in words if word in meanings), None)


def _find_condition(fields: Mapping[str, Any]) -> str | None:
    """The message of what an object of Kubernetes in the data says did not hold."""
    for value in (fields, *fields.values()):
        conditions = find_value(value, CONDITIONS) if isinstance(value, dict) else None
        for condition in conditions if isinstance(conditions, list) else ():
            if isinstance(condition, dict) and str(condition.get("status")) == "False":
                message = condition.get("message") or condition.get("reason")
                if isinstance(message, str) and message.strip():
                    return message
    return None


def _read_binary(headers: Mapping[str, str], media_type: str, body: bytes) -> dict[str, Any]:
    event: dict[str, Any] = {
        name.removeprefix(HEADER): unquote(value)
        for name, value in headers.items()
        if name.startswith(HEADER)
    }
    if not event:
        expected = f"send ce- headers, or the media type {STRUCTURED} or {BATCH}"
        raise IngestError([FieldError("", f"not a CloudEvent: {expected}")])
    if body and (media_type.endswith(("/json", "+json")) or not media_type):
        event["data"] = _parse(body)
    elif body:
        event["data"] = body.decode(errors="replace")
    return event


def _find_errors(event: Mapping[str, Any]) -> Iterator[FieldError]:
    if event.get("specversion") != "1.0":
        yield FieldError("/specversion", "must be 1.0")
    for name in REQUIRED:
        if not isinstance(event.get(name), str) or not event[name]:
            yield FieldError(f"/{name}", "is required: a text that is not empty")


def _find_data(event: Mapping[str, Any]) -> Any:
    if "data_base64" not in event:
        return event.get("data")
    try:
        content = base64.b64decode(str(event["data_base64"]), validate=True)
    except ValueError:
        raise IngestError([FieldError("/data_base64", "is not base64")]) from None
    try:
        return parse_json(content)
    except GuardError:
        return content.decode(errors="replace")


def _fits(name: str, value: Any) -> bool:
    """Whether a value can be the product's field; a severity of the sender's own words stays an attribute."""
    if name == "attributes":
        return isinstance(value, dict)
    return isinstance(value, str) and value in EVENT_RULES.choices.get(name, (value,))


def _build_title(fields: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    own = [fields.get(name) for name in TITLES]
    texts = [*own, _find_condition(fields), event.get("subject"), event["type"]]
    title = next(text for text in texts if isinstance(text, str) and text.strip())
    return " ".join(title.split())[:TITLE_LIMIT]


def _identify(event: Mapping[str, Any]) -> str:
    """Source and id together are unique by the standard."""
    identity = f"{event['source']}#{event['id']}"
    is_long = len(identity) > MAX_ID
    return hashlib.sha256(identity.encode()).hexdigest() if is_long else identity


def _parse(body: bytes) -> Any:
    try:
        return parse_json(body)
    except GuardError as error:
        raise IngestError([FieldError("", f"the body cannot be parsed as JSON: {error}")]) from None
