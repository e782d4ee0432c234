"""Pagination: from one page of a list to the next, in each of the ways that tools paginate."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.pulls import Param
from causeloop_pipeline.connectors.spec import (
    LastRecordPages,
    LinkPages,
    NextUrlPages,
    NumberedPages,
    OffsetPages,
    OnePage,
    Pages,
    PathPages,
    RangePages,
    TokenPages,
)
from causeloop_pipeline.landing.polling.client import JsonRequest, JsonResponse

PAGE_PLACE = "__page__"
"""Where the address of `PathPages` holds the number of the page."""
LINK = re.compile(r"<([^<>]*)>\s*((?:;[^,<]*)*)")


def build_first_request(pages: Pages, request: JsonRequest) -> JsonRequest:
    """The request for the first page."""
    sized = request
    if not isinstance(pages, OnePage | RangePages) and pages.size_param and pages.size:
        sized = _set_params(request, {pages.size_param: pages.size})
    match pages:
        case OffsetPages():
            sized = _set_params(sized, {pages.offset_param: 0})
        case NumberedPages():
            sized = _set_params(sized, {pages.page_param: pages.first})
        case PathPages():
            sized = _set_page(sized, pages.first)
        case RangePages():
            sized = _set_range(pages, request, 0)
    return sized


def build_next_request(
    pages: Pages,
    request: JsonRequest,
    response: JsonResponse,
    count: int,
    join: Callable[[str, str], str],
    last_item: Any = None,
) -> JsonRequest | None:
    """The request for the next page, None at the end. `join` makes a link absolute and guards its origin."""
    match pages:
        case OffsetPages():
            following = _build_next_offset(pages, request, response.document, count)
        case TokenPages():
            following = _build_next_by_token(pages, request, response)
        case LinkPages():
            ended = pages.ends_on_empty and count == 0
            link = None if ended else _find_next_link(response.headers.get("link", ""))
            following = None if link is None else replace(request, url=join(response.url, link), params=())
        case NextUrlPages():
            url = find_value(response.document, pages.url)
            has_next = isinstance(url, str) and url
            following = replace(request, url=join(response.url, url), params=()) if has_next else None
        case OnePage():
            following = None
        case _:
            following = _build_next_by_count(pages, request, last_item) if count >= pages.size else None
    return following


def _build_next_by_count(
    pages: NumberedPages | PathPages | RangePages | LastRecordPages, request: JsonRequest, last_item: Any
) -> JsonRequest | None:
    """The page after a full one."""
    match pages:
        case NumberedPages():
            number = int(str(dict(request.params)[pages.page_param]))
            return _set_params(request, {pages.page_param: number + 1})
        case PathPages():
            return _set_page(request, request.page + 1)
        case RangePages():
            return _set_range(pages, request, request.page + pages.size)
        case LastRecordPages():
            value = to_param(find_value(last_item, pages.path))
            return None if value is None else _set_params(request, {pages.param: value})


def find_next_token(pages: TokenPages, document: Any, headers: Mapping[str, str] | None = None) -> str | None:
    """The next page's token, None where the tool says that this was the last page."""
    if pages.last_path is not None and find_value(document, pages.last_path) is True:
        return None
    if pages.more_path is not None and find_value(document, pages.more_path) is not True:
        return None
    if pages.in_header:
        return (headers or {}).get(pages.next_path.lower()) or None
    token = find_value(document, pages.next_path)
    if isinstance(token, list) and all(isinstance(part, str | int) for part in token):
        return ",".join(map(str, token)) or None
    return str(token) if isinstance(token, str | int) and token != "" else None


def to_param(value: Any) -> Param | None:
    """A JSON value as a parameter, lists as tuples; None where it cannot be one."""
    if isinstance(value, list):
        entries = [to_param(entry) for entry in value]
        return tuple(entry for entry in entries if entry is not None) if None not in entries else None
    return value if isinstance(value, str | int | float) else None


def _build_next_by_token(
    pages: TokenPages, request: JsonRequest, response: JsonResponse
) -> JsonRequest | None:
    token = find_next_token(pages, response.document, response.headers)
    if token is None:
        return None
    if pages.in_header:
        headers = tuple(pair for pair in request.headers if pair[0] != pages.param)
        return replace(request, headers=(*headers, (pages.param, token)))
    return _set_params(replace(request, params=()) if pages.alone else request, {pages.param: token})


def _set_page(request: JsonRequest, number: int) -> JsonRequest:
    """The request for a page whose number is in the path."""
    template = request.page_url or request.url
    return replace(request, url=template.replace(PAGE_PLACE, str(number)), page_url=template, page=number)


def _set_range(pages: RangePages, request: JsonRequest, start: int) -> JsonRequest:
    text = f"{pages.unit}={start}-{start + pages.size - 1}"
    headers = tuple(pair for pair in request.headers if pair[0] != pages.header)
    return replace(request, headers=(*headers, (pages.header, text)), page=start)


def _build_next_offset(
    pages: OffsetPages, request: JsonRequest, document: Any, count: int
) -> JsonRequest | None:
    offset = int(str(dict(request.params)[pages.offset_param]))
    if pages.next_offset is not None:
        following = find_value(document, pages.next_offset)
        return (
            _set_params(request, {pages.offset_param: following})
            if isinstance(following, int) and following > offset
            else None
        )
    more = count >= pages.size if pages.more is None else find_value(document, pages.more) is True
    return _set_params(request, {pages.offset_param: offset + pages.size}) if more else None


def _find_next_link(header: str) -> str | None:
    for target, attributes in LINK.findall(header):
        if re.search(r""";\s*rel\s*=\s*["']?next\b""", attributes, re.IGNORECASE):
            return str(target)
    return None


def _set_params(request: JsonRequest, params: dict[str, Any]) -> JsonRequest:
    merged = dict(request.params) | params
    return replace(request, params=tuple(merged.items()))
