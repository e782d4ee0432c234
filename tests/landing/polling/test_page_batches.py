"""Small pages of a quick list share a transaction; slow ones, and those before a failure, do not wait."""

from collections.abc import Iterator
from itertools import count

import pytest

from causeloop_pipeline.connectors.spec import RecordSchema
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.polling.page import Page, build_page
from causeloop_pipeline.landing.polling.page_batches import MAX_RECORDS, gather_pages, join_pages

SIZE = 100


def pages(number: int) -> Iterator[Page]:
    schema = RecordSchema(updated_at=())
    for page in range(number):
        items = [{"id": f"{page}-{n}"} for n in range(SIZE)]
        extracted = [extract("custom_api", schema, item, channel="poll") for item in items]
        yield build_page(extracted, {"page": page})


def sizes(gathered: Iterator[list[Page]]) -> list[int]:
    return [len(group) for group in gathered]


def test_pages_of_a_quick_list_are_gathered_after_the_first():
    assert sizes(gather_pages(pages(12), clock=lambda: 0.0)) == [
        1,
        MAX_RECORDS // SIZE,
        MAX_RECORDS // SIZE,
        1,
    ]


def test_a_page_of_a_slow_list_does_not_wait():
    seconds = count(step=3.0)
    assert sizes(gather_pages(pages(4), clock=lambda: next(seconds))) == [1, 1, 1, 1]


def test_what_came_before_a_failure_is_given_before_it_is_raised():
    def failing() -> Iterator[Page]:
        yield from pages(3)
        raise ConnectionError("reset")

    group_sizes: list[int] = []
    with pytest.raises(ConnectionError):
        group_sizes.extend(map(len, gather_pages(failing(), clock=lambda: 0.0)))
    assert group_sizes == [1, 2]


def test_joined_pages_have_all_records_and_the_last_cursor():
    joined = join_pages(list(pages(3)))
    assert len(joined.records) == 3 * SIZE
    assert joined.cursor == {"page": 2}


def test_a_list_without_pages_gives_nothing():
    assert list(gather_pages(iter(()))) == []
