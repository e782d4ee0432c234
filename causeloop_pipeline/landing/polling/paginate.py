"""Pagination: from one page of a list to the next, in each of the ways that tools paginate."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from causeloop_pipeline.connectors.json_paths import value_at
from causeloop_pipeline.connectors.spec import (
    LinkPages,
    NextUrlPages,
    NumberedPages,
    OffsetPages,
    OnePage,
    Pages,
    TokenPages,
)
from causeloop_pipeline.landing.polling.client import JsonRequest, JsonResponse

LINK = re.compile(r"<([^<>]*)>\s*((?:;[^,<]*)*)")


def first_request(pages: Pages, request: JsonRequest) -> JsonRequest:
    """The request for the first page."""
    match pages:
        case OffsetPages():
            return _with_params(request, {pages.size_param: pages.size, pages.offset_param: 0})
        case NumberedPages():
            return _with_params(request, {pages.size_param: pages.size, pages.page_param: pages.first})
        case LinkPages():
            return _with_params(request, {pages.size_param: pages.size})
        case TokenPages() | NextUrlPages():
            return _with_params(request, {pages.size_param: pages.size} if pages.size_param else {})
        case OnePage():
            return request


def next_request(
    pages: Pages,
    request: JsonRequest,
    response: JsonResponse,
    count: int,
    join: Callable[[str, str], str],
) -> JsonRequest | None:
    """The request for the next page, None at the end. `join` makes a link absolute and guards its origin."""
    match pages:
        case OffsetPages():
            return _next_offset(pages, request, response.document, count)
        case NumberedPages():
            number = int(dict(request.params)[pages.page_param])
            return None if count < pages.size else _with_params(request, {pages.page_param: number + 1})
        case TokenPages():
            token = next_token(pages, response.document)
            return None if token is None else _with_params(request, {pages.param: token})
        case LinkPages():
            link = (
                None if pages.ends_on_empty and count == 0 else _next_link(response.headers.get("link", ""))
            )
            return None if link is None else replace(request, url=join(response.url, link), params=())
        case NextUrlPages():
            url = value_at(response.document, pages.url)
            return (
                replace(request, url=join(response.url, url), params=())
                if isinstance(url, str) and url
                else None
            )
        case OnePage():
            return None


def next_token(pages: TokenPages, document: Any) -> str | None:
    """The next page's token, None where the tool says that this was the last page."""
    if pages.last_path is not None and value_at(document, pages.last_path) is True:
        return None
    token = value_at(document, pages.next_path)
    return str(token) if isinstance(token, str | int) and token != "" else None


def _next_offset(pages: OffsetPages, request: JsonRequest, document: Any, count: int) -> JsonRequest | None:
    offset = int(dict(request.params)[pages.offset_param])
    if pages.next_offset is not None:
        following = value_at(document, pages.next_offset)
        return (
            _with_params(request, {pages.offset_param: following})
            if isinstance(following, int) and following > offset
            else None
        )
    more = count >= pages.size if pages.more is None else value_at(document, pages.more) is True
    return _with_params(request, {pages.offset_param: offset + pages.size}) if more else None


def _next_link(header: str) -> str | None:
    for target, attributes in LINK.findall(header):
        if re.search(r""";\s*rel\s*=\s*["']?next\b""", attributes, re.IGNORECASE):
            return str(target)
    return None


def _with_params(request: JsonRequest, params: dict[str, Any]) -> JsonRequest:
    merged = dict(request.params) | {name: str(value) for name, value in params.items()}
    return replace(request, params=tuple(merged.items()))
