"""Pagination: how to request the next page of a list, and how to tell that there is none."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class OnePage:
    """No pagination: the whole list at once."""


@dataclass(frozen=True, kw_only=True)
class OffsetPages:
    """Offset and limit. Ends where `more` is false, `next_offset` is absent, or a page is not full."""

    size: int = 100
    size_param: str = "limit"
    offset_param: str = "offset"
    more: str | None = None
    next_offset: str | None = None


@dataclass(frozen=True, kw_only=True)
class NumberedPages:
    """Page 1, 2, 3 … until a page is not full."""

    size: int = 100
    size_param: str | None = "per_page"
    """None: the tool decides how long a page is."""
    page_param: str = "page"
    first: int = 1


@dataclass(frozen=True, kw_only=True)
class TokenPages:
    """The body names the next page's token; `last_path` leads to the flag of the last page.

    A `durable` token is a position in an endless export: it is stored, and the next poll continues from it.
    """

    next_path: str
    param: str
    last_path: str | None = None
    more_path: str | None = None
    """The path of a flag that is true only where there is another page."""
    in_header: bool = False
    """`next_path` and `param` are names of headers, of the answer and of the next request."""
    alone: bool = False
    """The token must be sent without any other parameter."""
    size: int | None = None
    size_param: str | None = None
    durable: bool = False


@dataclass(frozen=True, kw_only=True)
class LinkPages:
    """The `Link` header's rel=next. For tools that always send one, the empty page is the last."""

    size: int = 100
    size_param: str = "per_page"
    ends_on_empty: bool = False


@dataclass(frozen=True, kw_only=True)
class NextUrlPages:
    """The body holds the next page's address."""

    url: str
    size: int | None = None
    size_param: str | None = None


@dataclass(frozen=True, kw_only=True)
class PathPages:
    """Page 1, 2, 3 … as {page} in the path, until a page is not full."""

    size: int = 100
    size_param: str | None = None
    first: int = 1


@dataclass(frozen=True, kw_only=True)
class RangePages:
    """A header `Range: items=0-99`, until a page is not full."""

    size: int = 100
    unit: str = "items"
    header: str = "Range"


@dataclass(frozen=True, kw_only=True)
class LastRecordPages:
    """The next page is requested by a value of this page's last record, until a page is not full.

    For `search_after`, for `before` and `since` ids: `path` leads to the value, a list in JSON bodies.
    """

    path: str
    param: str
    size: int = 100
    size_param: str | None = "limit"


Pages = (
    OnePage
    | OffsetPages
    | NumberedPages
    | TokenPages
    | LinkPages
    | NextUrlPages
    | PathPages
    | RangePages
    | LastRecordPages
)
