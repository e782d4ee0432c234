"""An alert reaches a program or a chat over real HTTP, or the error says whether time can help."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from datetime import timedelta

import pytest

from causeloop_pipeline.egress import http
from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.egress.policy import EgressPolicy, EgressRefused
from causeloop_pipeline.outbound.deliver import deliver
from tests.outbound.sample_alert import ALERT, MESSAGE_ID, delivery, delivery_settings
from tests.support.fake_tool import FakeTool, Reply, fake_tool, in_turn

KEY = b"k" * 32
SECRETS = {"0.secret": "whsec_" + base64.b64encode(KEY).decode()}
PLANTED = "T0/B0/planted-secret"


def send_webhook(tool: FakeTool, path: str = "/hook") -> None:
    channel = {"type": "webhook", "url": f"{tool.url}{path}"}
    deliver(delivery(channel, SECRETS), delivery_settings(tool.egress))


def test_a_program_gets_the_alert_signed_and_under_the_messages_id() -> None:
    with fake_tool(in_turn(Reply({}, 204))) as tool:
        send_webhook(tool)
        (request,) = tool.requests

    signed = b".".join(
        [str(MESSAGE_ID).encode(), request.headers["webhook-timestamp"].encode(), request.body]
    )
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert (request.method, request.path) == ("POST", "/hook")
    assert request.headers["webhook-id"] == str(MESSAGE_ID)
    assert request.headers["webhook-signature"] == f"v1,{expected}"
    body = json.loads(request.body)
    assert (body["id"], body["type"]) == (str(MESSAGE_ID), "prediction.alert")
    assert {name: body["data"][name] for name in ALERT} == ALERT
    assert "83 %" in body["data"]["text"]
    assert "23 events" in body["data"]["text"]


def test_a_second_attempt_carries_the_same_id_and_body() -> None:
    with fake_tool(in_turn(Reply({}, 503), Reply({}))) as tool:
        with pytest.raises(TransientFailure):
            send_webhook(tool)
        send_webhook(tool)

    first, second = tool.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_a_chat_gets_the_alert_as_text_in_which_nothing_is_markup() -> None:
    with fake_tool(in_turn(Reply(raw=b"ok"))) as tool:
        channel = {"type": "slack", "url": "http://127.0.0.1/…"}
        secrets = {"0.url": f"{tool.url}/services/{PLANTED}"}
        deliver(delivery(channel, secrets), delivery_settings(tool.egress))
        (request,) = tool.requests

    text = json.loads(request.body)["text"]
    assert request.path == f"/services/{PLANTED}"
    assert "Pool &lt;exhausted&gt; &amp; slow" in text
    assert "&lt;b&gt;on Fridays&lt;/b&gt;" in text
    assert f"<{ALERT['url']}|Open in Causeloop>" in text


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
def test_a_refusal_that_time_cannot_fix_is_permanent(status: int) -> None:
    with fake_tool(in_turn(Reply({}, status))) as tool, pytest.raises(PermanentFailure, match=str(status)):
        send_webhook(tool)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_refusal_that_may_pass_is_a_transient_failure(status: int) -> None:
    with fake_tool(in_turn(Reply({}, status))) as tool, pytest.raises(TransientFailure, match=str(status)):
        send_webhook(tool)


def test_the_retry_after_of_a_receiver_is_passed_on() -> None:
    busy = Reply({}, 429, {"Retry-After": "120"})
    with fake_tool(in_turn(busy)) as tool, pytest.raises(TransientFailure) as failed:
        send_webhook(tool)

    assert failed.value.retry_after == timedelta(seconds=120)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with fake_tool(in_turn(Reply({}))) as elsewhere:
        moved = Reply({}, status, {"Location": f"{elsewhere.url}/moved"})
        with fake_tool(in_turn(moved)) as tool, pytest.raises(TransientFailure, match="redirect"):
            send_webhook(tool)

    assert elsewhere.requests == []
    assert len(tool.requests) == 1


def test_private_addresses_are_not_reached_unless_an_administrator_lists_them() -> None:
    with fake_tool(in_turn(Reply({}))) as canary:
        for url in (f"http://127.0.0.1:{canary.port}/", f"https://localhost:{canary.port}/"):
            with pytest.raises(EgressRefused):
                deliver(delivery({"type": "webhook", "url": url}, SECRETS), delivery_settings(EgressPolicy()))

    assert canary.requests == []


@pytest.mark.parametrize("status", [200, 404, 500, 302])
def test_no_error_repeats_an_address_that_is_a_secret(status: int) -> None:
    reply = Reply({"echo": PLANTED}, status, {"Location": f"/{PLANTED}"}, cut=status == 200)
    with fake_tool(in_turn(reply)) as tool:
        secrets = {"0.url": f"{tool.url}/services/{PLANTED}"}
        sent = delivery({"type": "slack", "url": "http://127.0.0.1/…"}, secrets)
        with pytest.raises(OutsideFailure) as failed:
            deliver(sent, delivery_settings(tool.egress))

    texts = f"{failed.value!r} {failed.value} {sent!r} {failed.value.__cause__!r}"
    assert "planted-secret" not in texts
    assert "127.0.0.1" in str(failed.value)


def test_a_secret_address_that_is_none_is_not_repeated_either() -> None:
    secrets = {"0.url": f"https://hooks.example:port/services/{PLANTED}"}
    with pytest.raises(PermanentFailure, match="no web address") as failed:
        deliver(delivery({"type": "slack", "url": "https://hooks.example/…"}, secrets), delivery_settings())

    assert "planted-secret" not in f"{failed.value!r} {failed.value.__cause__!r}"


def test_a_receiver_that_trickles_its_answer_is_cut_off() -> None:
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def trickle() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not ended.wait(0.02):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=trickle, daemon=True)
        thread.start()
        request = http.Request("the webhook at 127.0.0.1", "GET", f"http://127.0.0.1:{port}/")
        policy = EgressPolicy(frozenset({("127.0.0.1", port)}))
        with pytest.raises(TransientFailure, match="ReadTimeout"):
            http.exchange(request, policy, http.Limits(0.5, 0.5))
        ended.set()
        thread.join()


def test_a_channel_without_its_secret_is_a_permanent_failure() -> None:
    with pytest.raises(PermanentFailure, match="has no secret"):
        deliver(delivery({"type": "webhook", "url": "https://example.org/"}), delivery_settings())
    with pytest.raises(PermanentFailure, match="has no url"):
        deliver(delivery({"type": "slack", "url": "https://example.org/…"}), delivery_settings())


def test_an_unknown_type_of_channel_is_a_permanent_failure() -> None:
    with pytest.raises(PermanentFailure, match="'pigeon'"):
        deliver(delivery({"type": "pigeon"}), delivery_settings())
