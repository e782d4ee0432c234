"""What a list leaves out of its records is read once for each document, and never stops a sync."""

from typing import Any

import pytest

from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.connectors.spec import OnePage, RecordSchema, Supplement
from causeloop_pipeline.egress.errors import TransientFailure
from tests.support.fake_tool import ReceivedRequest, Reply, fake_tool
from tests.support.polling import item, plain, poll

FLOW = Supplement(path="/flows/{flow_id}", into="flow", take="data")
LOG = Supplement(path="/runs/{id}/log", into="log", take="lines", last=2)


def list_runs(*runs: dict[str, Any]) -> list[dict[str, Any]]:
    return [item(number) | run for number, run in enumerate(runs, 1)]


def answer(runs: list[dict[str, Any]], documents: dict[str, Any]) -> Any:
    def script(request: ReceivedRequest) -> Reply:
        if request.path == "/items":
            return Reply({"items": runs})
        return Reply(documents[request.path]) if request.path in documents else Reply({}, 404)

    return script


def test_a_document_is_read_once_for_all_records_that_name_it_and_kept_under_its_key():
    runs = list_runs({"flow_id": "a"}, {"flow_id": "a"}, {"flow_id": "b"}, {})
    with fake_tool(answer(runs, {"/flows/a": {"data": {"name": "load"}}})) as tool:
        (page,) = poll(tool, plain(OnePage(), supplements=(FLOW,)))

        assert [record.payload.get("flow") for record in page.records] == [{"name": "load"}] * 2 + [None] * 2
        assert [request.path for request in tool.requests] == ["/items", "/flows/a", "/flows/b"]


def test_only_the_end_of_a_long_list_or_text_is_kept():
    documents = {"/runs/1/log": {"lines": ["one", "two", "three"]}, "/runs/2/log": {"lines": "a\nb\nc"}}
    with fake_tool(answer(list_runs({}, {}), documents)) as tool:
        (page,) = poll(tool, plain(OnePage(), supplements=(LOG,)))

    assert [record.payload["log"] for record in page.records] == [["two", "three"], "\nc"]


def test_nothing_is_read_for_what_is_not_a_failure():
    runs = list_runs({"flow_id": "a", "state": "passed"}, {"flow_id": "b", "state": "failed"})
    schema = RecordSchema(keep=Among("state", ("failed",)))
    with fake_tool(answer(runs, {})) as tool:
        poll(tool, plain(OnePage(), supplements=(FLOW,), schema=schema))

        assert [request.path for request in tool.requests] == ["/items", "/flows/b"]


def test_an_id_cannot_lead_to_another_address():
    runs = list_runs({"flow_id": "../secrets"}, {"flow_id": ".."})
    with fake_tool(answer(runs, {})) as tool:
        poll(tool, plain(OnePage(), supplements=(FLOW,)))

        assert [request.path for request in tool.requests] == ["/items", "/flows/..%2Fsecrets"]


def test_a_tool_that_does_not_answer_ends_the_sync_so_that_the_next_reads_the_record_whole():
    def script(request: ReceivedRequest) -> Reply:
        return Reply({"items": list_runs({"flow_id": "a"})}) if request.path == "/items" else Reply({}, 503)

    with fake_tool(script) as tool, pytest.raises(TransientFailure):
        poll(tool, plain(OnePage(), supplements=(FLOW,)))
