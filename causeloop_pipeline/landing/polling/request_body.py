"""Writes the body of a request: JSON, a form, or a GraphQL query with its variables."""

from typing import Any
from urllib.parse import urlencode

import orjson

from causeloop_pipeline.connectors.json_paths import split_path
from causeloop_pipeline.connectors.pulls import Param

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def write_body(
    params: tuple[tuple[str, Param], ...], *, form: bool = False, graphql: str | None = None
) -> tuple[str, bytes]:
    """The content type and the bytes; a dotted name goes into nested objects."""
    if form:
        return FORM, urlencode([(name, to_parameter(value)) for name, value in params]).encode()
    document: dict[str, Any] = {}
    for name, value in params:
        *steps, last = split_path(name)
        place = document
        for step in steps:
            place = place.setdefault(step, {})
        place[last] = value
    if graphql is not None:
        document = {"query": graphql, "variables": document}
    return JSON, orjson.dumps(document)


def to_parameter(value: Param) -> str:
    """A value as text in an address or a form: as in JSON, lists with commas."""
    if isinstance(value, tuple):
        return ",".join(map(to_parameter, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
