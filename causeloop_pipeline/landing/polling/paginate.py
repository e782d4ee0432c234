"""From one page to the next, in each of the ways that tools page."""

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
from causeloop_pipeline.landing.polling.client import Answer, Ask

LINK = re.compile(r"<([^<>]*)>\s*((?:;[^,<]*)*)")


def opening(pages: Pages, ask: Ask) -> Ask:
    """The request for the first page."""
    match pages:
        case OffsetPages():
            return _with(ask, {pages.size_param: pages.size, pages.offset_param: 0})
        case NumberedPages():
            return _with(ask, {pages.size_param: pages.size, pages.page_param: pages.first})
        case LinkPages():
            return _with(ask, {pages.size_param: pages.size})
        case TokenPages() | NextUrlPages():
            return _with(ask, {pages.size_param: pages.size} if pages.size_param else {})
        case OnePage():
            return ask


def following(
    pages: Pages, ask: Ask, answer: Answer, count: int, join: Callable[[str, str], str]
) -> Ask | None:
    """The request for the next page, None at the end. `join` makes a link absolute and guards its origin."""
    match pages:
        case OffsetPages():
            return _next_offset(pages, ask, answer.document, count)
        case NumberedPages():
            number = int(dict(ask.params)[pages.page_param])
            return None if count < pages.size else _with(ask, {pages.page_param: number + 1})
        case TokenPages():
            token = token_of(pages, answer.document)
            return None if token is None else _with(ask, {pages.param: token})
        case LinkPages():
            link = None if pages.ends_on_empty and count == 0 else _next_link(answer.headers.get("link", ""))
            return None if link is None else replace(ask, url=join(answer.url, link), params=())
        case NextUrlPages():
            url = value_at(answer.document, pages.url)
            return (
                replace(ask, url=join(answer.url, url), params=()) if isinstance(url, str) and url else None
            )
        case OnePage():
            return None


def token_of(pages: TokenPages, document: Any) -> str | None:
    """The next page's token, None where the tool says that this was the last page."""
    if pages.last is not None and value_at(document, pages.last) is True:
        return None
    token = value_at(document, pages.token)
    return str(token) if isinstance(token, str | int) and token != "" else None


def _next_offset(pages: OffsetPages, ask: Ask, document: Any, count: int) -> Ask | None:
    offset = int(dict(ask.params)[pages.offset_param])
    if pages.next_offset is not None:
        told = value_at(document, pages.next_offset)
        return _with(ask, {pages.offset_param: told}) if isinstance(told, int) and told > offset else None
    more = count >= pages.size if pages.more is None else value_at(document, pages.more) is True
    return _with(ask, {pages.offset_param: offset + pages.size}) if more else None


def _next_link(header: str) -> str | None:
    for target, attributes in LINK.findall(header):
        if re.search(r""";\s*rel\s*=\s*["']?next\b""", attributes, re.IGNORECASE):
            return str(target)
    return None


def _with(ask: Ask, params: dict[str, Any]) -> Ask:
    merged = dict(ask.params) | {name: str(value) for name, value in params.items()}
    return replace(ask, params=tuple(merged.items()))
