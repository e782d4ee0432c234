"""Envelopes of Sentry's SDKs: a line of headers, then each item as a line of headers and its content.

Source: https://develop.sentry.dev/sdk/data-model/envelopes/
"""

from collections.abc import Iterator
from typing import Any

from causeloop_pipeline.connectors.formats.sentry_events import EVENTS
from causeloop_pipeline.landing.json_guard import GuardError, parse_loosely

MAX_HEADERS = 100_000


class EnvelopeError(ValueError):
    """The body is not an envelope."""


def read_envelope(body: bytes) -> dict[str, list[Any]]:
    """The events of an envelope; sessions, transactions and the like tell of no failure."""
    return {EVENTS: [_parse(content) for kind, content in _list_items(body) if kind == "event"]}


def _list_items(body: bytes) -> Iterator[tuple[Any, bytes]]:
    _, _, rest = body.partition(b"\n")
    if not isinstance(_parse(body[: len(body) - len(rest)]), dict):
        raise EnvelopeError("an envelope begins with its headers, an object in a line of its own")
    while rest.strip():
        line, _, rest = rest.lstrip(b"\r\n").partition(b"\n")
        headers = _parse(line[:MAX_HEADERS])
        length = headers.get("length") if isinstance(headers, dict) else None
        if isinstance(length, int) and not isinstance(length, bool) and 0 <= length <= len(rest):
            content, rest = rest[:length], rest[length:]
        else:
            content, _, rest = rest.partition(b"\n")
        yield (headers.get("type") if isinstance(headers, dict) else None), content


def _parse(text: bytes) -> Any:
    try:
        return parse_loosely(text, max_bytes=len(text))
    except (GuardError, ValueError) as error:
        raise EnvelopeError(f"an item of the envelope is not JSON: {error}") from None
