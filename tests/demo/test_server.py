"""The real connectors read the demo's tools over real HTTP."""

import json
import threading
from collections import Counter
from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from causeloop_pipeline.connectors.mapping.map_record import Record, map_record
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.demo.accounts import list_accounts
from causeloop_pipeline.demo.deployments import find_deployment_source, list_deployments
from causeloop_pipeline.demo.error_groups import list_counted_errors
from causeloop_pipeline.demo.server import DemoTools, load_epoch, make_server
from causeloop_pipeline.demo.story import list_visible_failures, map_true_causes
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from tests.demo.story_issues import EPOCH, NOW


class Clock:
    """A time that a test moves."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture(scope="module")
def clock():
    return Clock()


@pytest.fixture(scope="module")
def demo_url(clock):
    with make_server(DemoTools(EPOCH, clock, rate_limit_every=0), 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def poll(account, demo_url, now, cursor=None, open_ids=(), credentials=None):
    sync = SyncInput(
        config=account.config,
        credentials=credentials or account.credentials,
        cursor=cursor,
        backfill_days=400,
        open_ids=list(open_ids),
        now=now,
    )
    egress = EgressPolicy.parse(demo_url.removeprefix("http://"))
    pages = list(pull(CONNECTORS[account.tool], sync, egress))
    assert not [refused for page in pages for refused in page.quarantined]
    return [record for page in pages for record in page.records], pages[-1].cursor


ACCOUNTS = [(account.workspace, account.tool) for account in list_accounts("http://127.0.0.1:1")]


def account_of(workspace, tool, demo_url):
    return next(a for a in list_accounts(demo_url) if (a.workspace, a.tool) == (workspace, tool))


@pytest.mark.parametrize(("workspace", "tool"), [each for each in ACCOUNTS if each[1] != "sentry"])
def test_a_connector_reads_every_failure_of_its_tool_and_repeated_records_change_nothing(
    workspace, tool, demo_url, clock
):
    records, _ = poll(account_of(workspace, tool, demo_url), demo_url, clock.now)
    records = [record for record in records if record.kind != "change"]
    expected = {
        external for source, external in map_true_causes(workspace, EPOCH, clock.now) if source == tool
    }
    assert {record.external_id for record in records} == expected
    failures = sum(failure.source == tool for failure in list_visible_failures(workspace, EPOCH, clock.now))
    assert len(records) > failures
    assert len({(record.external_id, record.payload_hash) for record in records}) == failures


def test_the_error_tracker_counts_the_events_of_its_issues_by_hour_and_day(demo_url, clock):
    account = account_of("storefront", "sentry", demo_url)
    planted = {each.external_id: each for each in list_counted_errors("storefront", EPOCH, clock.now)}

    records, _ = poll(account, demo_url, clock.now, open_ids=sorted(planted))
    mapped = [
        map_record(CONNECTORS["sentry"].issues, Record("sentry", record.kind, record.payload), account.config)
        for record in records
    ]

    assert {record.external_id for record in records} == set(planted)
    counted = {}
    for record, issue in zip(records, mapped, strict=True):
        if days := issue.occurring["occurrences"].get("days"):
            counted[record.external_id] = sum(count for _, count in days)
    recent = clock.now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=29)
    assert counted == {
        external_id: sum(at >= recent for at in errors.times) for external_id, errors in planted.items()
    }
    assert min(counted.values()) >= 5


def test_the_chat_takes_an_alert_and_shows_it_without_running_it(demo_url):
    text = "Disk full &amp; recurs <b>soon</b>\n<http://127.0.0.1/#/x|Open>"
    body = json.dumps({"text": text}).encode()
    posted = Request(f"{demo_url}/chat/payments", body, {"content-type": "application/json"})
    with urlopen(posted) as answer, urlopen(f"{demo_url}/chat/payments") as page:
        assert (answer.status, answer.read()) == (200, b"ok")
        written = page.read().decode()
    assert "Disk full &amp; recurs &lt;b&gt;soon&lt;/b&gt;" in written
    assert '<a href="http://127.0.0.1/#/x">Open</a>' in written


@pytest.mark.parametrize("workspace", ["clinical-it", "payments", "storefront"])
def test_one_tool_of_a_workspace_lists_every_deployment(workspace, demo_url, clock):
    tools = {tool for name, tool in ACCOUNTS if name == workspace}
    changes = {
        tool: {
            record.external_id
            for record in poll(account_of(workspace, tool, demo_url), demo_url, clock.now)[0]
            if record.kind == "change"
        }
        for tool in sorted(tools & {"github", "pagerduty"})
    }
    past = [item for item in list_deployments(workspace, EPOCH) if item.at <= clock.now]
    assert len(changes.pop(find_deployment_source(workspace))) == len(past) > 50
    assert not any(changes.values())


@pytest.mark.parametrize("tool", ["pagerduty", "jira", "datadog"])
def test_a_later_poll_sees_what_was_resolved_meanwhile(tool, demo_url, clock):
    account = account_of("payments", tool, demo_url)
    try:
        clock.now = NOW - timedelta(days=2)
        first, cursor = poll(account, demo_url, clock.now)
        versions = {record.external_id: record.payload_hash for record in first}
        clock.now = NOW
        second, _ = poll(account, demo_url, clock.now, cursor, open_ids=_open(first, tool))
    finally:
        clock.now = NOW
    latest = versions | {record.external_id: record.payload_hash for record in second}
    everything, _ = poll(account, demo_url, NOW)
    assert latest == {record.external_id: record.payload_hash for record in everything}


def _open(records, tool):
    return [r.external_id for r in records if tool == "pagerduty" and r.payload["status"] != "resolved"]


def test_a_wrong_token_is_refused_for_good(demo_url, clock):
    account = account_of("payments", "pagerduty", demo_url)
    with pytest.raises(PermanentFailure, match="credentials"):
        poll(account, demo_url, clock.now, credentials={"api_token": "demo-storefront-jira"})


def test_a_tool_limits_the_rate_with_its_own_headers():
    with make_server(DemoTools(EPOCH, lambda: NOW, rate_limit_every=2), 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        request = Request(
            f"http://127.0.0.1:{server.server_address[1]}/incidents",
            headers={"Authorization": "Token token=demo-payments-pagerduty"},
        )
        with urlopen(request) as answer:
            assert len(json.load(answer)["incidents"]) == 25
        with pytest.raises(HTTPError) as refused:
            urlopen(request)
        server.shutdown()
        thread.join()
    assert refused.value.code == 429
    assert refused.value.headers["ratelimit-reset"] == "1"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", 404), ("/incidents?limit=x", 400), ("/incidents?since=yesterday", 400), ("/health", 200)],
)
def test_a_question_that_the_real_tool_would_refuse_is_refused(demo_url, path, status):
    request = Request(demo_url + path, headers={"Authorization": "Token token=demo-payments-pagerduty"})
    assert status_of(request) == status


def status_of(request):
    try:
        with urlopen(request) as answer:
            return answer.status
    except HTTPError as refused:
        return refused.code


def test_the_day_of_the_first_telling_is_remembered(tmp_path):
    assert load_epoch(tmp_path, EPOCH) == EPOCH
    assert load_epoch(tmp_path, EPOCH + timedelta(days=30)) == EPOCH


def test_every_tool_of_the_demo_has_a_connector():
    assert {tool for _, tool in ACCOUNTS} <= set(CONNECTORS)
    assert len(Counter(workspace for workspace, _ in ACCOUNTS)) == 3
