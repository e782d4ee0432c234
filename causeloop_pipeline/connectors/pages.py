"""How a tool hands out a long list: what asks for the next page, and what says that there is none."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OnePage:
    """The whole answer at once."""


@dataclass(frozen=True)
class OffsetPages:
    """Skip and take. Ends where `more` is false, `next_offset` is absent, or a page is not full."""

    size: int = 100
    size_param: str = "limit"
    offset_param: str = "offset"
    more: str | None = None
    next_offset: str | None = None


@dataclass(frozen=True)
class NumberedPages:
    """Page 1, 2, 3 … until a page is not full."""

    size: int = 100
    size_param: str = "per_page"
    page_param: str = "page"
    first: int = 1


@dataclass(frozen=True)
class TokenPages:
    """The body names the next page's token; `last` is the flag that ends the walk.

    A `durable` token is a position in an endless export: it is kept and the next poll goes on from it.
    """

    token: str
    param: str
    last: str | None = None
    size: int | None = None
    size_param: str | None = None
    durable: bool = False


@dataclass(frozen=True)
class LinkPages:
    """The `Link` header's rel=next. Some tools always send one: those end on the empty page."""

    size: int = 100
    size_param: str = "per_page"
    ends_on_empty: bool = False


@dataclass(frozen=True)
class NextUrlPages:
    """The body holds the next page's address."""

    url: str
    size: int | None = None
    size_param: str | None = None


Pages = OnePage | OffsetPages | NumberedPages | TokenPages | LinkPages | NextUrlPages
