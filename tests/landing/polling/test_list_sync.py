from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.connectors.spec import (
    OffsetPages,
    OnePage,
    RecordSchema,
    Since,
    TokenPages,
)
from tests.support.fake_tool import ReceivedRequest, Reply, fake_tool, in_turn
from tests.support.polling import NOW, ids, item, plain, poll

ASCENDING = Since(field="updated_at", param="since", ascending=True)


def test_an_ascending_list_moves_its_cursor_page_by_page():
    replies = in_turn(
        Reply({"items": [item(1, "2026-03-01T00:00:00Z")], "next": "a"}),
        Reply({"items": [item(2, "2026-03-02T00:00:00Z")]}),
    )
    with fake_tool(replies) as tool:
        read = poll(tool, plain(TokenPages(next_path="next", param="token"), ASCENDING))
    reached = [page.cursor["items"]["since"] for page in read]
    assert reached == ["2026-03-01T00:00:00+00:00", "2026-03-02T00:00:00+00:00"]


def test_any_other_list_moves_its_cursor_only_at_the_end():
    replies = in_turn(
        Reply({"items": [item(2, "2026-03-05T00:00:00Z")], "next": "a"}),
        Reply({"items": [item(1, "2026-03-01T00:00:00Z")]}),
    )
    with fake_tool(replies) as tool:
        first, last = poll(
            tool, plain(TokenPages(next_path="next", param="token"), Since(field="updated_at", param="since"))
        )
    assert "since" not in first.cursor["items"]
    assert last.cursor["items"]["since"] == NOW.isoformat()


def test_a_list_out_of_its_promised_order_does_not_move_the_cursor_before_its_end():
    shuffled = [item(1, "2026-03-05T00:00:00Z"), item(2, "2026-03-01T00:00:00Z")]
    replies = in_turn(
        Reply({"items": shuffled, "next": "a"}), Reply({"items": [item(3, "2026-03-02T00:00:00Z")]})
    )
    with fake_tool(replies) as tool:
        first, last = poll(tool, plain(TokenPages(next_path="next", param="token"), ASCENDING))
    assert "since" not in first.cursor["items"]
    assert last.cursor["items"]["since"] == "2026-03-05T00:00:00+00:00"


def test_the_next_sync_begins_a_little_before_the_cursor():
    with fake_tool(in_turn(Reply({"items": []}))) as tool:
        poll(tool, plain(OnePage(), ASCENDING), cursor={"items": {"since": "2026-03-09T12:00:00+00:00"}})
        assert tool.requests[0].query["since"] == "2026-03-09T11:55:00Z"


def test_a_first_sync_reaches_back_as_far_as_configured():
    with fake_tool(in_turn(Reply({"items": []}))) as tool:
        poll(tool, plain(OnePage(), ASCENDING), backfill_days=90)
        assert tool.requests[0].query["since"] == "2025-12-10T12:00:00Z"


def test_a_record_from_the_future_does_not_carry_the_cursor_along():
    with fake_tool(in_turn(Reply({"items": [item(1), item(2, "2027-01-01T00:00:00Z")]}))) as tool:
        (page,) = poll(tool, plain(OnePage(), ASCENDING))
    assert page.cursor["items"]["since"] == NOW.isoformat()
    assert ids([page]) == ["1", "2"]


def test_a_record_of_an_impossible_time_is_quarantined_and_moves_no_cursor():
    listed = [item(1), item(2, "9999-12-31T00:00:00Z"), item(3, "0001-01-01T00:00:00Z")]
    with fake_tool(in_turn(Reply({"items": listed}))) as tool:
        (page,) = poll(tool, plain(OnePage(), ASCENDING))
    assert ids([page]) == ["1"]
    assert [refused.external_id for refused in page.quarantined] == ["2", "3"]
    assert page.cursor["items"]["since"] < NOW.isoformat()


def test_the_cursor_never_goes_back():
    before = {"items": {"since": "2026-03-09T12:00:00+00:00"}}
    with fake_tool(in_turn(Reply({"items": [item(1, "2026-03-09T11:58:00Z")]}))) as tool:
        (page,) = poll(tool, plain(OnePage(), ASCENDING), cursor=before)
    assert page.cursor == before


def test_a_tool_without_a_filter_is_listed_whole_and_the_unchanged_left_out():
    listed = [item(1, "2026-01-01T00:00:00Z"), item(2, "2026-03-09T00:00:00Z"), {"id": 3}]
    with fake_tool(in_turn(Reply({"items": listed}))) as tool:
        read = poll(
            tool,
            plain(OnePage(), Since(field="updated_at")),
            cursor={"items": {"since": "2026-03-08T00:00:00+00:00"}},
        )
        assert "since" not in tool.requests[0].query
    assert ids(read) == ["2", "3"]


def test_a_long_backfill_is_requested_in_windows():
    sliced = Since(
        field="updated_at", param="since", until_param="until", window=timedelta(days=180), ascending=True
    )
    with fake_tool(in_turn(Reply({"items": []}))) as tool:
        read = poll(tool, plain(OnePage(), sliced), backfill_days=400)
        spans = [(request.query["since"], request.query["until"]) for request in tool.requests]
    assert len(spans) == 3
    assert [end for _, end in spans[:-1]] == [start for start, _ in spans[1:]]
    assert spans[-1][1] == "2026-03-10T12:00:00Z"
    assert read[-1].cursor["items"]["since"] == NOW.isoformat()


def server_of(records, size, cap=None):
    """A tool that filters from since to until and pages by offset, giving at most `cap` records."""

    def script(request: ReceivedRequest) -> Reply:
        since, until = request.query["since"], request.query.get("until", "9999")
        matching = [r for r in records if since <= r["updated_at"] <= until][:cap]
        start = int(request.query["offset"])
        return Reply({"items": matching[start : start + size], "more": start + size < len(matching)})

    return script


minutes = st.lists(st.integers(0, 20_000), min_size=0, max_size=60)


def at(minute: int) -> str:
    return (NOW - timedelta(days=14) + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")


@settings(max_examples=25, deadline=None)
@given(minutes)
def test_a_full_window_is_halved_until_nothing_is_cut_off(moments):
    moments = sorted(set(moments), reverse=True)
    records = [item(n, at(minute)) for n, minute in enumerate(moments)]
    capped = Since(field="updated_at", param="since", until_param="until", cap=6)
    with fake_tool(server_of(records, 3, cap=6)) as tool:
        read = poll(tool, plain(OffsetPages(size=3, more="more"), capped))
    assert set(ids(read)) == {str(n) for n in range(len(moments))}
    assert read[-1].cursor["items"]["since"] == NOW.isoformat()


@settings(max_examples=25, deadline=None)
@given(minutes, st.integers(0, 40))
def test_a_sync_that_is_cut_anywhere_continues_without_a_gap(moments, cut):
    records = [item(n, at(minute)) for n, minute in enumerate(sorted(moments))]
    connector = plain(
        OffsetPages(size=4, more="more"),
        Since(field="updated_at", param="since", ascending=True, restart_after=4),
    )
    with fake_tool(server_of(records, 4)) as tool:
        whole = poll(tool, connector)
        until_cut = whole[: min(cut, len(whole) - 1)]
        rest = poll(tool, connector, cursor=until_cut[-1].cursor if until_cut else None)
    assert set(ids(until_cut)) | set(ids(rest)) == {str(n) for n in range(len(records))}


def test_a_record_that_moves_while_the_list_is_read_takes_no_other_with_it():
    records = [item(n, at(n)) for n in range(12)]

    def script(request: ReceivedRequest) -> Reply:
        matching = sorted(
            (r for r in records if r["updated_at"] >= request.query["since"]), key=lambda r: r["updated_at"]
        )
        start = int(request.query["offset"])
        answer = Reply(
            {"items": [dict(r) for r in matching[start : start + 4]], "more": start + 4 < len(matching)}
        )
        records[0]["updated_at"] = at(1000)  # edited just after the first page: all others move up by one
        return answer

    connector = plain(
        OffsetPages(size=4, more="more"),
        Since(field="updated_at", param="since", ascending=True, restart_after=4),
    )
    with fake_tool(script) as tool:
        assert set(ids(poll(tool, connector))) == {str(n) for n in range(12)}


def test_a_stored_token_is_used_and_an_expired_one_starts_again_from_the_last_time():
    def script(request: ReceivedRequest) -> Reply:
        if request.query.get("cursor") == "expired":
            return Reply({"error": "invalid cursor"}, 422)
        return Reply({"items": [item(1)], "after": "position-2", "end": True})

    durable = plain(
        TokenPages(next_path="after", param="cursor", last_path="end", durable=True),
        Since(field="updated_at", param="start"),
    )
    with fake_tool(script) as tool:
        (page,) = poll(tool, durable, cursor={"items": {"token": "position-1"}})
        assert tool.requests[0].query == {"cursor": "position-1"}
        assert page.cursor["items"]["token"] == "position-2"
        lost = {"items": {"token": "expired", "since": "2026-03-09T12:00:00+00:00"}}
        (page,) = poll(tool, durable, cursor=lost)
        assert tool.requests[-1].query == {"start": "2026-03-09T11:55:00Z"}
        assert page.cursor["items"]["token"] == "position-2"


def test_one_bad_record_is_quarantined_and_the_rest_of_the_page_is_stored():
    items = (
        b'{"id": 1, "updated_at": "2026-03-09T00:00:00Z"}',
        rb'{"id": 2, "t": "\ud800"}',
        b'{"t": "no id"}',
        b"7",
        rb'{"id": 3, "t": "a\u0000b"}',
        b'{"id": 4, "updated_at": "soon"}',
        b'{"id": 18446744073709551616}',
    )
    raw = b'{"items": [' + b", ".join(items) + b"]}"
    with fake_tool(in_turn(Reply(raw=raw))) as tool:
        (page,) = poll(tool, plain(OnePage()))
    assert ids([page]) == ["1", "3", "18446744073709551616"]
    assert page.records[1].payload["t"] == "a\ufffdb"
    assert [(q.external_id, q.reason.split(":")[0]) for q in page.quarantined] == [
        ("2", "a string holds a lone surrogate, half of a character"),
        (None, "the id is missing"),
        (None, "a record must be an object, not int"),
        ("4", "'soon' is not a time in the format iso"),
    ]


def test_records_that_are_not_failures_are_left_out():
    schema = RecordSchema(keep=lambda record: record["state"] == "bad", unless="aside")
    listed = [{"id": 1, "state": "bad"}, {"id": 2, "state": "good"}, {"id": 3, "state": "bad", "aside": {}}]
    with fake_tool(in_turn(Reply({"items": listed}))) as tool:
        assert ids(poll(tool, plain(OnePage(), schema=schema))) == ["1"]


def test_a_record_too_large_or_too_deep_goes_to_quarantine_alone(monkeypatch):
    monkeypatch.setattr("causeloop_pipeline.landing.extract.MAX_BYTES", 2_000)
    deep: object = 1
    for _ in range(70):
        deep = [deep]
    listed = [
        item(1),
        item(2) | {"body": "x" * 2_000},
        item(3) | {"deep": deep},
        item(4) | {"body": "x" * 1_900},
    ]
    with fake_tool(in_turn(Reply({"items": listed}))) as tool:
        (page,) = poll(tool, plain(OnePage()))
    assert ids([page]) == ["1", "4"]
    assert [refused.external_id for refused in page.quarantined] == ["2", "3"]
    assert "larger than 2,000 bytes" in page.quarantined[0].reason
    assert "nested deeper than 64 levels" in page.quarantined[1].reason
