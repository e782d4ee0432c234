"""Lists that are not plain pages: GraphQL, ids first, parents first, rows, errors inside an answer."""

import json
from dataclasses import replace
from typing import Any

import pytest

from causeloop_pipeline.connectors.spec import (
    BodyError,
    Connector,
    Details,
    Field,
    LastRecordPages,
    OffsetPages,
    OnePage,
    Parents,
    PathPages,
    RangePages,
    Since,
    TokenPages,
)
from causeloop_pipeline.egress.errors import PermanentFailure
from tests.support.fake_tool import ReceivedRequest, Reply, fake_tool, in_turn
from tests.support.polling import ids, item, plain, poll

ITEMS = [item(number) for number in range(25)]
ALL = [str(number) for number in range(25)]


def read_body(request: ReceivedRequest) -> Any:
    return json.loads(request.body)


def test_a_graphql_query_pages_by_a_cursor_among_its_variables() -> None:
    def answer(request: ReceivedRequest) -> Reply:
        body = read_body(request)
        assert body["query"] == "query Items { items }"
        assert body["variables"]["filter"] == {"open": True}
        assert body["variables"]["first"] == 10
        start = int(body["variables"].get("after", "0"))
        info = {"endCursor": str(start + 10), "hasNextPage": start + 10 < 25}
        return Reply({"data": {"items": {"nodes": ITEMS[start : start + 10], "pageInfo": info}}})

    pages = TokenPages(
        next_path="data.items.pageInfo.endCursor",
        more_path="data.items.pageInfo.hasNextPage",
        param="after",
        size=10,
        size_param="first",
    )
    connector = plain(
        pages,
        records="data.items.nodes",
        method="POST",
        graphql="query Items { items }",
        params=(("filter.open", True),),
    )
    with fake_tool(answer) as tool:
        assert ids(poll(tool, connector)) == ALL


def with_errors(connector: Connector, *errors: BodyError) -> Connector:
    from dataclasses import replace

    return replace(connector, body_errors=errors)


def test_errors_of_graphql_end_the_sync_with_what_the_tool_says() -> None:
    with fake_tool(in_turn(Reply({"errors": [{"message": "no such field"}]}))) as tool:
        with pytest.raises(PermanentFailure, match="no such field"):
            poll(tool, plain(OnePage(), method="POST", graphql="query { items }"))
        assert len(tool.requests) == 1


def test_an_error_in_a_body_is_retried_or_refused_by_its_text() -> None:
    connector = with_errors(
        plain(OnePage()),
        BodyError(path="error", matches="rate|throttl", then="retry"),
        BodyError(path="error"),
    )
    throttled, wrong = Reply({"error": "Throttling: slow down"}), Reply({"error": "bad filter"})
    with fake_tool(in_turn(throttled, Reply({"items": [item(1)], "error": None}))) as tool:
        assert ids(poll(tool, connector)) == ["1"]
    with fake_tool(in_turn(Reply({"error": "rate exceeded"}, 400), Reply({"items": [item(1)]}))) as tool:
        assert ids(poll(tool, connector)) == ["1"]
    with fake_tool(in_turn(wrong)) as tool, pytest.raises(PermanentFailure, match="bad filter"):
        poll(tool, connector)


def test_a_page_number_may_stand_in_the_path() -> None:
    def answer(request: ReceivedRequest) -> Reply:
        start = (int(request.path.rpartition("/")[2]) - 1) * 10
        return Reply({"items": ITEMS[start : start + 10]})

    with fake_tool(answer) as tool:
        assert ids(poll(tool, plain(PathPages(size=10), path="/items/{page}"))) == ALL
        assert [request.path for request in tool.requests] == ["/items/1", "/items/2", "/items/3"]


def test_a_range_header_may_say_which_items() -> None:
    def answer(request: ReceivedRequest) -> Reply:
        first, last = request.headers["range"].removeprefix("items=").split("-")
        return Reply({"items": ITEMS[int(first) : int(last) + 1]}, 206)

    with fake_tool(answer) as tool:
        assert ids(poll(tool, plain(RangePages(size=10)))) == ALL


def test_search_after_continues_with_the_last_records_sort_values() -> None:
    listed = [entry | {"sort": [entry["updated_at"], number]} for number, entry in enumerate(ITEMS)]

    def answer(request: ReceivedRequest) -> Reply:
        body = read_body(request)
        start = body["search_after"][1] + 1 if "search_after" in body else 0
        return Reply({"items": listed[start : start + body["size"]]})

    pages = LastRecordPages(path="sort", param="search_after", size=10, size_param="size")
    with fake_tool(answer) as tool:
        assert ids(poll(tool, plain(pages, method="POST"))) == ALL


def test_a_token_may_travel_in_headers() -> None:
    def answer(request: ReceivedRequest) -> Reply:
        start = int(request.headers.get("x-next", "0"))
        headers = {"X-Search-After": str(start + 10)} if start + 10 < 25 else {}
        return Reply({"items": ITEMS[start : start + 10]}, headers=headers)

    pages = TokenPages(next_path="X-Search-After", param="X-Next", in_header=True)
    with fake_tool(answer) as tool:
        assert ids(poll(tool, plain(pages))) == ALL


def test_a_list_of_ids_is_read_in_batches() -> None:
    def answer(request: ReceivedRequest) -> Reply:
        if request.path == "/items":
            return Reply({"items": [{"key": entry["id"]} for entry in ITEMS]})
        wanted = read_body(request)["ids"]
        assert len(wanted) <= 10
        return Reply({"value": [entry for entry in ITEMS if entry["id"] in wanted]})

    details = Details(path="/batch", records="value", id="key", size=10)
    with fake_tool(answer) as tool:
        assert ids(poll(tool, plain(OnePage(), details=details))) == ALL
        assert [request.path for request in tool.requests] == ["/items", *["/batch"] * 3]


def test_an_entry_without_an_id_is_set_aside_with_a_reason() -> None:
    def answer(request: ReceivedRequest) -> Reply:
        if request.path == "/items":
            return Reply({"items": [{"key": None}, {"key": ITEMS[0]["id"]}]})
        return Reply({"value": ITEMS[:1]})

    with fake_tool(answer) as tool:
        (page,) = poll(tool, plain(OnePage(), details=Details(path="/batch", records="value", id="key")))

    assert len(page.records) == 1
    assert ["the id is missing" in refused.reason for refused in page.quarantined] == [True]


def test_a_list_is_read_for_each_entry_of_an_earlier_one() -> None:
    def answer(request: ReceivedRequest) -> Reply:
        if request.path == "/projects":
            start = int(request.query["offset"])
            return Reply({"projects": [{"key": "a"}, {"key": "b"}, {"key": "c"}][start : start + 2]})
        project = request.path.split("/")[2]
        return Reply({"items": [item(1) | {"id": f"{project}-1"}]})

    parents = Parents(path="/projects", records="projects", id="key", pages=OffsetPages(size=2))
    connector = plain(OnePage(), path="/projects/{item}/items", parents=parents)
    with fake_tool(answer) as tool:
        pages = poll(tool, connector)
    assert ids(pages) == ["a-1", "b-1", "c-1"]


def test_more_parents_than_may_be_read_are_an_error_and_not_a_part() -> None:
    listed = Reply({"projects": [{"id": number} for number in range(5)], "items": []})
    parents = Parents(path="/projects", records="projects", limit=3)
    with fake_tool(in_turn(listed)) as tool, pytest.raises(PermanentFailure, match="more than 3"):
        poll(tool, plain(OnePage(), path="/projects/{item}/items", parents=parents))


def test_rows_are_read_by_the_list_of_their_columns() -> None:
    document = {
        "columns": [{"name": "id"}, {"name": "updated_at"}],
        "items": [[1, "2026-03-09T00:00:00Z"], [2, "2026-03-09T00:00:00Z"]],
    }
    with fake_tool(in_turn(Reply(document))) as tool:
        (page,) = poll(tool, plain(OnePage(), columns="columns"))
    assert [record.payload["id"] for record in page.records] == [1, 2]


def test_a_form_and_a_filter_in_numbers_are_sent_as_the_tool_reads_them() -> None:
    since = Since(field="updated_at", param="filter.from", format="epoch_seconds")
    with fake_tool(in_turn(Reply({"items": []}))) as tool:
        poll(tool, plain(OnePage(), since, method="POST", params=(("sort", ("a", "b")),)))
        poll(tool, plain(OnePage(), method="POST", form=True, params=(("all", True), ("n", 3))))
    as_json, as_form = tool.requests
    assert isinstance(read_body(as_json)["filter"]["from"], int)
    assert read_body(as_json)["sort"] == ["a", "b"]
    assert as_form.body == b"all=true&n=3"


def test_a_configured_number_stays_a_number_in_a_body() -> None:
    with fake_tool(in_turn(Reply({"items": []}))) as tool:
        connector = plain(
            OnePage(), method="POST", params=(("account", "{account}"), ("name", "{account}/x"))
        )
        account = Field("account", "Account", type="number")
        poll(tool, replace(connector, config=(*connector.config, account)), account=4411)
    assert read_body(tool.requests[0]) == {"account": 4411, "name": "4411/x"}
