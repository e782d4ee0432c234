"""The demo's Slack takes real cards, displays them, and sends clicks that the product's own check accepts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from api.slack.receiving.clicks import read_click
from api.slack.receiving.signed import SIGNATURE
from causeloop_pipeline.demo.exchange import VendorRequest, VendorResponse
from causeloop_pipeline.demo.server import DemoTools
from causeloop_pipeline.demo.slack import APPS_FILE, CHANNEL, DemoSlack, make_token
from causeloop_pipeline.landing.inbound.signature import verify
from causeloop_pipeline.outbound.slack.card import FIXED, SNOOZE, build_card
from tests.demo.story_issues import EPOCH, NOW
from tests.outbound.slack.test_card import make_facts
from tests.support.fake_tool import FakeTool, Reply, fake_tool

SECRET = "planted"
PATTERN = "44444444-4444-4444-4444-444444444444"
PAGE = "/slack/payments"


@contextmanager
def start_slack(folder: Path) -> Iterator[tuple[DemoTools, FakeTool]]:
    """The demo's Slack with the app of one workspace, which takes clicks."""
    with fake_tool(lambda _: Reply({})) as app:
        described = {"address": app.url, "signing_secret": SECRET, "organization": "northwind"}
        (folder / APPS_FILE).write_text(json.dumps({"payments": described}))
        yield DemoTools(EPOCH, lambda: NOW, slack=DemoSlack.load(folder)), app


def send(tools: DemoTools, path: str, body: bytes = b"", **headers: str) -> VendorResponse:
    address, _, query = path.partition("?")
    parameters = {name: values[0] for name, values in parse_qs(query).items()}
    method = "POST" if body else "GET"
    return tools.answer(
        VendorRequest(address, parameters, headers, "http://demo", NOW, method=method, body=body)
    )


def post_card(tools: DemoTools, text: str = "Payment <b>timeout</b>") -> str:
    card = build_card(replace(make_facts(text), pattern_id=PATTERN))
    headers = {"authorization": f"Bearer {make_token('payments')}", "content-type": "application/json"}
    sent = send(tools, "/api/chat.postMessage", json.dumps({"channel": CHANNEL, **card}).encode(), **headers)
    assert sent.body["ok"], sent.body
    return str(sent.body["ts"])


def press(tools: DemoTools, **form: str) -> VendorResponse:
    return send(tools, PAGE, urlencode(form).encode())


def test_a_card_is_displayed_and_its_texts_are_no_markup_of_the_page(tmp_path: Path) -> None:
    with start_slack(tmp_path) as (tools, _):
        post_card(tools)
        page = str(send(tools, PAGE).body)
        again = str(send(DemoTools(EPOCH, slack=DemoSlack.load(tmp_path)), PAGE).body)
    assert "<h2>Payment &lt;b&gt;timeout&lt;/b&gt;</h2>" in page
    assert "Occurred 1,234 times" in page
    assert "Occurred 1,234 times" in again


def test_a_click_is_signed_after_the_question_that_the_card_has_for_it(tmp_path: Path) -> None:
    with start_slack(tmp_path) as (tools, app):
        ts = post_card(tools)
        question = press(tools, ts=ts, action=FIXED)
        assert (question.status, app.requests) == (200, [])
        assert "Is a fix in place?" in str(question.body)
        assert press(tools, ts=ts, action=FIXED, sure="yes").status == 303
        assert press(tools, ts=ts, action=SNOOZE, option="1").status == 303
        assert press(tools, ts=ts, action="no_such_button").status == 404
    for request in app.requests:
        verify(
            [SIGNATURE], headers=request.headers, body=request.body, secrets=[SECRET], now=datetime.now(UTC)
        )
    payloads = [json.loads(parse_qs(request.body.decode())["payload"][0]) for request in app.requests]
    assert [payload["user"]["id"] for payload in payloads] == ["ANALYST", "ANALYST"]
    assert payloads[1]["actions"][0]["selected_option"]["text"]["text"] == "For a week"
    clicks = [read_click(payload) for payload in payloads]
    assert [(click.action_id, str(click.pattern_id)) for click in clicks if click] == [
        (FIXED, PATTERN),
        (SNOOZE, PATTERN),
    ]


def test_who_clicks_is_named_by_an_address_of_the_demo_and_reads_their_own_answer(tmp_path: Path) -> None:
    with start_slack(tmp_path) as (tools, _):
        headers = {"authorization": f"Bearer {make_token('payments')}"}
        person = send(tools, "/api/users.info", b"user=VIEWER", **headers).body
        nobody = send(tools, "/api/users.info", b"user=STRANGER", **headers).body
        send(tools, f"{PAGE}/answers/VIEWER", b'{"text": "Ask an *admin*."}')
        viewer, analyst = (str(send(tools, f"{PAGE}?as={who}").body) for who in ("VIEWER", "ANALYST"))
    assert person["user"]["profile"]["email"] == "viewer@northwind.example"
    assert nobody == {"ok": False, "error": "user_not_found"}
    assert "Ask an <b>admin</b>." in viewer
    assert "admin" not in analyst


def test_what_is_no_request_of_the_app_is_refused(tmp_path: Path) -> None:
    with start_slack(tmp_path) as (tools, app):
        ts = post_card(tools)
        stranger = send(tools, "/api/chat.postMessage", b"{}", authorization="Bearer xoxb-other")
        elsewhere = send(
            tools, PAGE, urlencode({"ts": ts, "action": SNOOZE}).encode(), **{"sec-fetch-site": "cross-site"}
        )
        unknown = send(tools, "/slack/nowhere")
    assert stranger.body == {"ok": False, "error": "invalid_auth"}
    assert (elsewhere.status, unknown.status, app.requests) == (400, 404, [])
