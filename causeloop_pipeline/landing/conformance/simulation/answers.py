"""One page of a list as a tool would answer it, for each way to page."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.spec import (
    LastRecordPages,
    LinkPages,
    NextUrlPages,
    NumberedPages,
    OffsetPages,
    OnePage,
    PathPages,
    Pull,
    RangePages,
    TokenPages,
)
from causeloop_pipeline.landing.conformance.simulation.json_edit import nest, set_at
from causeloop_pipeline.landing.conformance.simulation.loopback import Answer, ToolRequest

PAGE_SIZE = 7
MARK = "conformance_page"
"""The parameter by which links to the next page say where they lead."""


@dataclass(frozen=True)
class Position:
    """Where in the list a page starts."""

    start: int


def read_position(pull: Pull, request: ToolRequest) -> Position:
    """Which page a request asks for."""
    sent = _read_parameters(pull, request)
    if MARK in request.query:
        return Position(int(request.query[MARK]))
    match pull.pages:
        case OffsetPages() as pages:
            start = _number(find_parameter(sent, pages.offset_param))
        case NumberedPages() as pages:
            start = (_number(find_parameter(sent, pages.page_param), pages.first) - pages.first) * PAGE_SIZE
        case TokenPages(in_header=True) as pages:
            start = _number(str(request.headers.get(pages.param.lower(), "")).removeprefix("token-"))
        case TokenPages() as pages:
            start = _number(str(find_parameter(sent, pages.param) or "").removeprefix("token-"))
        case PathPages() as pages:
            start = (_find_page_number(pull, request, pages.first) - pages.first) * PAGE_SIZE
        case RangePages() as pages:
            start = _number(
                request.headers.get(pages.header.lower(), "=0").partition("=")[2].partition("-")[0]
            )
        case _:
            start = 0
    return Position(start)


def build_page(
    pull: Pull, position: Position, records: list[Any], envelope: Any, request: ToolRequest
) -> Answer:
    """The page at a position, in the envelope of the case's answer."""
    pages = pull.pages
    start = position.start
    if isinstance(pages, LastRecordPages):
        start = _start_after(pages, _read_parameters(pull, request), records)
    stop = len(records) if isinstance(pages, OnePage) else start + PAGE_SIZE
    page = records[start:stop]
    listed = [_build_id_entry(pull, record) for record in page] if pull.details is not None else page
    listed = nest(listed, pull.within)
    document = set_at(envelope, pull.records, listed) if pull.records else listed
    has_next = stop < len(records)
    headers: dict[str, str] = {}
    match pages:
        case OffsetPages():
            document = _set_offset_fields(pages, document, stop, has_next)
        case TokenPages():
            token = f"token-{min(stop, len(records))}" if has_next or pages.durable else None
            if pages.in_header:
                headers = {pages.next_path: token} if token else {}
            else:
                document = set_at(document, pages.next_path, token)
            for path, value in ((pages.last_path, not has_next), (pages.more_path, has_next)):
                document = set_at(document, path, value) if path else document
        case LinkPages() if has_next or pages.ends_on_empty:
            headers = {"Link": f'<{_build_address(request, stop)}>; rel="next"'}
        case NextUrlPages():
            document = set_at(document, pages.url, _build_address(request, stop) if has_next else None)
    return Answer(document, headers=headers, list_name=pull.name)


def find_parameter(sent: Any, name: str) -> Any:
    """A parameter by its name, or by its place in nested objects."""
    if isinstance(sent, dict) and name in sent:
        return sent[name]
    return find_value(sent, name) if isinstance(sent, dict) else None


def _read_parameters(pull: Pull, request: ToolRequest) -> Any:
    if pull.graphql is not None:
        return (request.body or {}).get("variables", {})
    return request.query if pull.method == "GET" else (request.body or {})


def _find_page_number(pull: Pull, request: ToolRequest, first: int) -> int:
    """The number where the path template has {page}, among its steps or in its query."""
    path, _, query = pull.path.partition("?")
    for name, template in parse_qsl(query):
        if template == "{page}":
            return _number(request.query.get(name), first)
    places = [place for place, step in enumerate(reversed(path.split("/"))) if step == "{page}"]
    steps = request.path.split("/")[::-1]
    return _number(steps[places[0]], first) if places and places[0] < len(steps) else first


def _start_after(pages: LastRecordPages, sent: Any, records: list[Any]) -> int:
    after = find_parameter(sent, pages.param)
    values = [find_value(record, pages.path) for record in records]
    matching = [place for place, value in enumerate(values) if after in (value, str(value))]
    return matching[-1] + 1 if matching and after is not None else 0


def _set_offset_fields(pages: OffsetPages, document: Any, stop: int, has_next: bool) -> Any:
    if pages.more is not None:
        document = set_at(document, pages.more, has_next)
    if pages.next_offset is not None:
        document = set_at(document, pages.next_offset, stop if has_next else None)
    return document


def _build_id_entry(pull: Pull, record: Any) -> Any:
    """An entry of a list of ids: just the last part of the record's key."""
    id_path = pull.details.id if pull.details else ""
    key = pull.schema.key.rpartition("{")[2].partition("}")[0] if "{" in pull.schema.key else pull.schema.key
    value = find_value(record, key)
    return set_at({}, id_path, value) if id_path else value


def _build_address(request: ToolRequest, start: int) -> str:
    return f"{quote(request.path)}?{urlencode({**request.query, MARK: start})}"


def _number(text: Any, default: int = 0) -> int:
    return int(text) if str(text or "").isdigit() else default
