"""Gathers the pages of a quick list: a transaction of its own costs as much as the rows of a small page."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from causeloop_pipeline.landing.polling.page import Page

MAX_RECORDS = 500
MAX_SECONDS = 2.0
"""How long after the last transaction pages may wait, looked at whenever one comes."""


def gather_pages(pages: Iterable[Page], clock: Callable[[], float] = time.monotonic) -> Iterator[list[Page]]:
    """The first page, then several at a time; those that came before a failure precede it."""
    waiting: list[Page] = []
    waits_since: float | None = None
    try:
        for page in pages:
            waiting.append(page)
            now = clock()
            if (
                waits_since is None
                or now - waits_since >= MAX_SECONDS
                or _count_records(waiting) >= MAX_RECORDS
            ):
                yield waiting
                waiting, waits_since = [], clock()
    except Exception:
        if waiting:
            yield waiting
        raise
    if waiting:
        yield waiting


def join_pages(pages: Sequence[Page]) -> Page:
    """One page with the records of several, and the cursor of the last."""
    return Page(
        records=[record for page in pages for record in page.records],
        quarantined=[item for page in pages for item in page.quarantined],
        cursor=pages[-1].cursor,
        rate=pages[-1].rate,
        starts=tuple(start for page in pages for start in page.starts),
        is_again=any(page.is_again for page in pages),
        no_failures=sum((page.no_failures for page in pages), Counter[str]()),
    )


def _count_records(pages: Sequence[Page]) -> int:
    return sum(len(page.records) + len(page.quarantined) for page in pages)
