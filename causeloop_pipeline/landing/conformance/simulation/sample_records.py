"""Multiplies the records of a connector's case: each with an id and times of its own."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from causeloop_pipeline.connectors.json_paths import PLACEHOLDER, find_first_value, find_value
from causeloop_pipeline.connectors.mapping.times import TICKS
from causeloop_pipeline.connectors.spec import LastRecordPages, Pull, RecordSchema, TimeFormat
from causeloop_pipeline.landing.conformance.simulation.json_edit import set_at
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.model.raw_record import RawRecord

WRITTEN = {TimeFormat.ISO: "%Y-%m-%dT%H:%M:%SZ", TimeFormat.COMPACT: "%Y%m%dT%H%M%S+0000"}


def find_usable_templates(tool: str, pull: Pull, items: Sequence[Any], config: dict[str, Any]) -> list[Any]:
    """The records of a case that the connector takes."""
    return [
        item
        for item in items
        if isinstance(extract(tool, pull.schema, item, channel="poll", config=config), RawRecord)
    ]


def make_records(pull: Pull, templates: Sequence[Any], numbers: range, newest: datetime) -> list[Any]:
    """A record for each number, oldest first, a minute apart, the last of them at `newest`."""
    return [
        make_record(
            pull,
            templates[place % len(templates)],
            number,
            newest - timedelta(minutes=len(numbers) - place - 1),
        )
        for place, number in enumerate(numbers)
    ]


def make_record(pull: Pull, template: Any, number: int, moment: datetime) -> Any:
    """A template as a record of its own."""
    record = set_time(pull, set_id(pull.schema, template, number), moment)
    pages = pull.pages
    if isinstance(pages, LastRecordPages) and pages.path not in list_key_paths(pull.schema):
        place = find_value(record, pages.path)
        record = set_at(record, pages.path, _sort_values(place, number, moment))
    return record


def _sort_values(place: Any, number: int, moment: datetime) -> Any:
    """Where a record is in its list: the next page is requested by it."""
    if isinstance(place, list):
        return [int(moment.timestamp() * 1000), *place[1:-1], number]
    return number if isinstance(place, int) else str(number)


def set_id(schema: RecordSchema, record: Any, number: int) -> Any:
    """The record under another id: the last part of its key is replaced."""
    if schema.labels and isinstance(find_value(record, schema.labels), dict):  # their fingerprint is the id
        return set_at(record, f"{schema.labels}.number", str(number))
    path = list_key_paths(schema)[-1]
    value = find_value(record, path)
    if isinstance(value, int):
        return set_at(record, path, number)
    text = str(value)
    if text.isdigit():
        return set_at(record, path, str(number))
    return set_at(record, path, f"{text}-{number}")


def set_time(pull: Pull, record: Any, moment: datetime) -> Any:
    """The record as changed at a moment, as far as it says when it was."""
    paths = {path for path in pull.schema.updated_at if find_value(record, path) is not None}
    if pull.since is not None:
        paths.add(pull.since.field)
    for path in paths:
        record = set_at(record, path, write_time(moment, pull.schema.times, find_value(record, path)))
    return record


def list_key_paths(schema: RecordSchema) -> list[str]:
    """The paths that a record's id is made of."""
    return PLACEHOLDER.findall(schema.key) if "{" in schema.key else [schema.key]


def write_time(moment: datetime, times: TimeFormat, like: Any) -> Any:
    """A time as the tool writes it, as text where its own one was a text."""
    if times in WRITTEN:
        return moment.strftime(WRITTEN[times])
    number = int(moment.timestamp()) * TICKS[times]
    return str(number) if isinstance(like, str) and re.fullmatch(r"\d+", like) else number


def find_time(pull: Pull, record: Any) -> Any:
    """What the record says of its last change."""
    return find_first_value(record, (pull.since.field,) if pull.since is not None else pull.schema.updated_at)
