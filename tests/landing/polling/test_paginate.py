import pytest

from causeloop_pipeline.connectors.spec import (
    LinkPages,
    NextUrlPages,
    NumberedPages,
    OffsetPages,
    OnePage,
    TokenPages,
)
from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.landing.polling.page import Page
from tests.support.fake_tool import ReceivedRequest, Reply, fake_tool, in_turn
from tests.support.polling import ids, item, plain, poll, poll_pages


def of_numbers(pages, pick):
    """A script that serves the items 0..24, `pick` telling the slice and the answer's further keys."""

    def script(request: ReceivedRequest) -> Reply:
        start, stop, more, headers = pick(request, pages)
        return Reply({"items": [item(n) for n in range(25)[start:stop]], **more}, headers=headers)

    return script


def by_offset(request, pages):
    start = int(request.query["offset"])
    return start, start + int(request.query["limit"]), {"more": start + 10 < 25}, {}


def by_next_offset(request, pages):
    start = int(request.query["offset"])
    return start, start + 10, {"meta": {"next": start + 10} if start + 10 < 25 else {}}, {}


def by_number(request, pages):
    start = (int(request.query["page"]) - 1) * 10
    return start, start + int(request.query["per_page"]), {}, {}


def by_token(request, pages):
    start = int(request.query.get("token", "0"))
    return start, start + 10, {"next": str(start + 10), "done": start + 10 >= 25}, {}


def by_link(request, pages):
    start = int(request.query.get("from", "0"))
    link = f'</items?from={start + 10}>; rel="next", </items?from=0>; rel="first"' if start + 10 < 25 else ""
    return start, start + 10, {}, {"Link": link}


def by_url(request, pages):
    start = int(request.query.get("from", "0"))
    return start, start + 10, {"next": f"/items?from={start + 10}" if start + 10 < 25 else None}, {}


@pytest.mark.parametrize(
    ("pages", "pick"),
    [
        (OffsetPages(size=10, more="more"), by_offset),
        (OffsetPages(size=10), by_offset),
        (OffsetPages(size=10, next_offset="meta.next"), by_next_offset),
        (NumberedPages(size=10), by_number),
        (TokenPages(next_path="next", param="token", last_path="done"), by_token),
        (LinkPages(size=10), by_link),
        (NextUrlPages(url="next"), by_url),
    ],
)
def test_every_kind_of_pagination_reads_each_record_once(pages, pick):
    with fake_tool(of_numbers(pages, pick)) as tool:
        read = poll(tool, plain(pages))
    assert ids(read) == [str(n) for n in range(25)]
    assert len(read) == 3


def test_a_post_list_sends_its_page_in_the_body():
    replies = in_turn(Reply({"items": [item(1)], "next": "b"}), Reply({"items": [item(2)]}))
    with fake_tool(replies) as tool:
        assert ids(poll(tool, plain(TokenPages(next_path="next", param="token"), method="POST"))) == [
            "1",
            "2",
        ]
        assert [request.body for request in tool.requests] == [b"{}", b'{"token":"b"}']


def test_an_endless_next_link_stops_on_the_empty_page():
    replies = in_turn(
        Reply({"items": [item(1)]}, headers={"Link": '</items?after=1>; rel="next"'}),
        Reply({"items": []}, headers={"Link": '</items?after=1>; rel="next"'}),
    )
    with fake_tool(replies) as tool:
        assert ids(poll(tool, plain(LinkPages(ends_on_empty=True)))) == ["1"]
        assert len(tool.requests) == 2


def test_an_empty_page_with_a_successor_is_not_the_end():
    replies = in_turn(
        Reply({"items": [], "next": "a"}), Reply({"items": [item(1)], "next": "b"}), Reply({"items": []})
    )
    with fake_tool(replies) as tool:
        assert ids(poll(tool, plain(TokenPages(next_path="next", param="token")))) == ["1"]


def test_a_token_that_comes_again_ends_the_sync_but_keeps_what_came():
    replies = in_turn(Reply({"items": [item(1)], "next": "a"}), Reply({"items": [item(2)], "next": "a"}))
    pages: list[Page] = []
    with fake_tool(replies) as tool, pytest.raises(TransientFailure, match="do not end"):
        pages.extend(poll_pages(tool, plain(TokenPages(next_path="next", param="token"))))
    assert ids(pages) == ["1", "2"]


def test_a_tool_that_ignores_the_offset_is_noticed():
    with fake_tool(in_turn(Reply({"items": [item(n) for n in range(10)]}))) as tool:
        with pytest.raises(TransientFailure, match="do not end"):
            poll(tool, plain(OffsetPages(size=10)))
        assert len(tool.requests) == 2


@pytest.mark.parametrize(
    "document", [{"error": "over quota"}, {"items": {"total": 0}}, {"items": None}, 7, "no", None]
)
def test_an_answer_without_its_list_is_a_failure_and_not_an_empty_list(document):
    with fake_tool(in_turn(Reply(document))) as tool, pytest.raises(PermanentFailure, match="no list at"):
        poll(tool, plain(OnePage()))
