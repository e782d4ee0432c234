import logging
import threading
from dataclasses import replace

import pytest
import stamina

from causeloop_pipeline.connectors.spec import NextUrlPages, OnePage, RateLimit
from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.egress.origin import spell_blanks
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from tests.support.fake_tool import Reply, fake_tool, in_turn
from tests.support.polling import CREDENTIALS, NOW, QUICK, ids, item, plain, poll

GOOD = Reply({"items": [item(1)]})
ONE_PAGE = plain(OnePage())


@pytest.fixture
def waits():
    """The waits that were scheduled, in seconds."""
    noted: list[float] = []
    before = stamina.instrumentation.get_on_retry_hooks()
    stamina.instrumentation.set_on_retry_hooks([lambda details: noted.append(details.wait_for)])
    yield noted
    stamina.instrumentation.set_on_retry_hooks(before)


@pytest.mark.parametrize(
    "fault",
    [
        Reply({}, status=500),
        Reply({}, status=502),
        Reply({}, status=503),
        Reply({"items": [item(1)]}, cut=True),
        Reply(raw=b'{"items": [{"id": 1, "upda'),
        Reply(raw=b""),
        Reply(raw=b"not gzip", headers={"Content-Encoding": "gzip"}),
    ],
)
def test_a_passing_fault_is_retried_without_loss(fault):
    with fake_tool(in_turn(fault, GOOD)) as tool:
        assert ids(poll(tool, ONE_PAGE)) == ["1"]
        assert len(tool.requests) == 2


def test_the_servers_retry_after_is_used(waits):
    with fake_tool(in_turn(Reply({}, 429, {"Retry-After": "0.05"}), GOOD)) as tool:
        assert ids(poll(tool, ONE_PAGE)) == ["1"]
    assert waits == [0.05]


def test_a_retry_after_of_zero_seconds_means_at_once(waits):
    with fake_tool(in_turn(Reply({}, 429, {"Retry-After": "0"}), GOOD)) as tool:
        assert ids(poll(tool, ONE_PAGE)) == ["1"]
    assert waits == [0.0]


def test_a_retry_after_beyond_the_maximum_wait_is_handed_to_the_scheduler():
    with fake_tool(in_turn(Reply({}, 429, {"Retry-After": "900"}))) as tool:
        with pytest.raises(TransientFailure) as failed:
            poll(tool, ONE_PAGE)
        assert len(tool.requests) == 1
    assert failed.value.retry_after is not None
    assert failed.value.retry_after.total_seconds() == 900


def test_attempts_end():
    with fake_tool(in_turn(Reply({}, status=500))) as tool:
        with pytest.raises(TransientFailure, match="it answered 500"):
            poll(tool, ONE_PAGE)
        assert len(tool.requests) == 3


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (401, "enter new ones"),
        (403, "read access"),
        (404, "configuration"),
        (410, "withdrawn"),
        (400, "no field"),
    ],
)
def test_what_a_person_must_fix_is_given_up_at_once(status, advice):
    with fake_tool(in_turn(Reply({"error": "no field"}, status=status))) as tool:
        with pytest.raises(PermanentFailure, match=advice) as failed:
            poll(tool, ONE_PAGE)
        assert len(tool.requests) == 1
    assert "Plain at 127.0.0.1/items" in failed.value.reason


def test_a_403_is_a_limit_only_where_the_headers_say_so():
    limited = Reply({}, 403, {"x-ratelimit-remaining": "0", "Retry-After": "0"})
    patient = replace(ONE_PAGE, rate_limit=RateLimit(statuses=frozenset({403, 429})))
    with fake_tool(in_turn(limited, GOOD)) as tool:
        assert ids(poll(tool, patient)) == ["1"]
    with fake_tool(in_turn(Reply({}, 403), GOOD)) as tool, pytest.raises(PermanentFailure, match="403"):
        poll(tool, patient)


def test_a_web_page_instead_of_json_names_the_address():
    page = Reply(raw=b"<html>sign in</html>", headers={"Content-Type": "text/html"})
    with fake_tool(in_turn(page)) as tool, pytest.raises(PermanentFailure, match="web page"):
        poll(tool, ONE_PAGE)


def test_a_redirect_on_the_same_host_is_followed():
    def script(request):
        return GOOD if request.path == "/moved" else Reply({}, 301, {"Location": "/moved"})

    with fake_tool(script) as tool:
        assert ids(poll(tool, ONE_PAGE)) == ["1"]


def test_a_circle_of_redirects_ends():
    circle = Reply({}, 302, {"Location": "/items"})
    with fake_tool(in_turn(circle)) as tool, pytest.raises(PermanentFailure, match="circles"):
        poll(tool, ONE_PAGE)


def test_credentials_never_travel_to_another_host():
    with fake_tool(in_turn(GOOD)) as elsewhere:
        leads_away = Reply({}, 302, {"Location": f"{elsewhere.url}/items"})
        with fake_tool(in_turn(leads_away)) as tool, pytest.raises(PermanentFailure, match="another host"):
            poll(tool, ONE_PAGE)
        onward = Reply({"items": [item(1)], "next": f"{elsewhere.url}/items"})
        with (
            fake_tool(in_turn(onward)) as tool,
            pytest.raises(PermanentFailure, match="another host"),
        ):
            poll(tool, plain(NextUrlPages(url="next")))
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    "link",
    ["//evil.example/x", "https://127.0.0.1/x", "http://127.0.0.1:1/x", "file:///etc/passwd", "http://[x/"],
)
def test_a_next_link_leaves_neither_host_nor_port_nor_scheme(link):
    onward = Reply({"items": [item(1)], "next": link})
    with (
        fake_tool(in_turn(onward)) as tool,
        pytest.raises(PermanentFailure, match=r"another host|not a web address"),
    ):
        poll(tool, plain(NextUrlPages(url="next")))


def test_a_page_beyond_the_cap_is_cut_off(monkeypatch):
    monkeypatch.setattr("causeloop_pipeline.landing.polling.client.MAX_PAGE_BYTES", 1000)
    large = Reply({"items": [item(1)] * 100})
    with fake_tool(in_turn(large)) as tool, pytest.raises(PermanentFailure, match="1,000 bytes"):
        poll(tool, ONE_PAGE)


@pytest.mark.parametrize("name", ["pagerduty", "jira", "github", "datadog", "zendesk", "okta", "custom_api"])
@pytest.mark.parametrize("status", [401, 429, 500, 302])
def test_a_failure_never_repeats_a_credential(name, status, caplog):
    caplog.set_level(logging.DEBUG)
    config = {"path": "/items", "auth": "query", "auth_name": "key"} if name == "custom_api" else {}
    with fake_tool(
        in_turn(Reply({}, status, {"Retry-After": "0", "Location": "http://other.example/"}))
    ) as tool:
        with pytest.raises(OutsideFailure) as failed:
            poll(tool, name, **config)
        assert any("planted-secret" in str(request) for request in tool.requests) or name in {
            "jira",
            "zendesk",
        }
    texts = f"{failed.value!r} {failed.value.__context__!r} {caplog.text}"
    assert not any(secret in texts for secret in CREDENTIALS[name].values())


def test_a_credential_that_the_tool_echoes_is_redacted():
    def script(request):
        return Reply(
            {"error": f"bad {request.headers['authorization']}, {request.headers['authorization'][12:]}"}, 400
        )

    for name in ("pagerduty", "jira", "github", "okta"):
        with fake_tool(script) as tool, pytest.raises(PermanentFailure) as failed:
            poll(tool, name)
        assert "***" in failed.value.reason
        assert not any(secret in failed.value.reason for secret in CREDENTIALS[name].values())


def test_rate_headers_come_with_the_page():
    limited = plain(OnePage())
    reply = Reply({"items": []}, headers={"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "30"})
    with fake_tool(in_turn(reply)) as tool:
        (page,) = poll(tool, limited)
    assert (page.rate.remaining, page.rate.reset_seconds) == (7, 30.0)
    assert limited.rate_limit == RateLimit()


@pytest.mark.parametrize("limit", [{"silence_seconds": 0.05}, {"answer_seconds": 0.05}])
def test_an_answer_that_never_ends_is_given_up(limit):
    gate = threading.Event()

    def script(_):
        gate.wait(0.3)
        return GOOD

    with fake_tool(script) as tool:
        sync = SyncInput(config={"base_url": tool.url}, credentials={}, backfill_days=1, now=NOW)
        pages = pull(ONE_PAGE, sync, tool.egress, replace(QUICK, attempts=2, **limit))
        with pytest.raises(TransientFailure, match=r"no complete answer|took longer"):
            list(pages)
        gate.set()


def test_blanks_in_parameters_are_spelled_so_that_every_server_reads_them():
    assert spell_blanks("https://a.example/x+y?filter=a+%21%3D+0&b=1%2B1") == (
        "https://a.example/x+y?filter=a%20%21%3D%200&b=1%2B1"
    )
    assert spell_blanks("https://a.example/x+y") == "https://a.example/x+y"


def test_a_refusal_that_says_that_nothing_is_there_is_an_empty_list():
    """Icinga 2 answers 404 where no service has a problem."""
    with fake_tool(lambda _: Reply({"error": 404, "status": "No objects found."}, status=404)) as tool:
        pages = poll(tool, "icinga2")
    assert [page.records for page in pages if page.records] == []
    refusal = Reply({"error": 404, "status": "no such page"}, status=404)
    with fake_tool(lambda _: refusal) as tool, pytest.raises(PermanentFailure, match="404"):
        poll(tool, "icinga2")
