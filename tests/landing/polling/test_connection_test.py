import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.polling.connection_test import test_connection as check
from tests.support.fake_tool import Reply, fake_tool, in_turn
from tests.support.polling import CREDENTIALS, NOW


def report(tool, name="pagerduty", **config):
    return check(CONNECTORS[name], {"base_url": tool.url, **config}, CREDENTIALS[name], tool.egress, NOW)


def test_a_working_connector_says_how_many_records_it_saw():
    incident = {"id": "P1", "incident_number": 1, "title": "The till is stuck", "status": "triggered"}
    listed = {"incidents": [incident | {"created_at": "2026-03-09T00:00:00Z"}], "more": True}
    with fake_tool(in_turn(Reply(listed))) as tool:
        outcome = report(tool)
        assert len(tool.requests) == 1
    assert (outcome.ok, outcome.sample_count) == (True, 1)


def test_a_page_of_which_only_some_cannot_be_read_says_so_and_is_good():
    incident = {"id": "P1", "incident_number": 1, "title": "The till is stuck", "status": "triggered"}
    incident |= {"created_at": "2026-03-09T00:00:00Z"}
    with fake_tool(in_turn(Reply({"incidents": [incident, {"name": "no id"}], "more": True}))) as tool:
        outcome = report(tool)
    assert (outcome.ok, len(outcome.samples)) == (True, 1)
    assert "1 more cannot be read: the id is missing" in outcome.reason


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply({}, 401), "enter new ones"),
        (Reply({}, 500), "it answered 500"),
        (Reply({"unexpected": 1}), "holds no list at 'incidents'"),
        (Reply({"incidents": [{"name": "no id"}]}), "the id is missing"),
        (Reply({"incidents": [{"id": "P1", "created_at": "2026-03-09T00:00:00Z"}]}), "is understood"),
    ],
)
def test_a_connector_that_does_not_work_says_why(reply, reason):
    with fake_tool(in_turn(reply)) as tool:
        outcome = report(tool)
    assert not outcome.ok
    assert reason in outcome.reason


def test_a_missing_credential_is_named():
    with fake_tool(in_turn(Reply({}))) as tool:
        outcome = check(CONNECTORS["pagerduty"], {"base_url": tool.url}, {}, tool.egress, NOW)
        assert tool.requests == []
    assert "credentials.api_token: API key is missing" in outcome.reason


def test_a_connector_that_only_receives_needs_no_answer():
    with fake_tool(in_turn(Reply({}))) as tool:
        outcome = report(tool, "custom_api")
    assert outcome.ok
    assert "webhook" in outcome.reason
