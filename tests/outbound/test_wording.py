"""A model is request over real HTTP; whatever it does, what is raised can be sent to anybody."""

import json
import socket
import threading
from dataclasses import replace

import pytest

from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.egress.policy import EgressPolicy, EgressRefused
from causeloop_pipeline.outbound.wording import MAX_BYTES, WordingEndpoint, reword
from tests.support.fake_tool import FakeTool, Reply, fake_tool, in_turn

FINDINGS = "9 of 12 occurrences came within 24 hours after a deploy of checkout."
KEY = "planted-key"


def completion(text: object) -> Reply:
    return Reply({"choices": [{"message": {"role": "assistant", "content": text}}]})


def endpoint(tool: FakeTool, key: str | None = KEY) -> WordingEndpoint:
    return WordingEndpoint(f"{tool.url}/v1/", "small", key, tool.egress)


def test_the_model_gets_a_request_for_one_chat_completion_about_the_findings() -> None:
    with fake_tool(in_turn(completion("Nine it is."))) as tool:
        assert reword(endpoint(tool), FINDINGS) == "Nine it is."
        (request,) = tool.requests

    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    body = json.loads(request.body)
    assert body["model"] == "small"
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert body["messages"][1]["content"] == FINDINGS


def test_without_a_key_none_is_sent() -> None:
    with fake_tool(in_turn(completion("Fine."))) as tool:
        reword(endpoint(tool, key=None), FINDINGS)

    assert "authorization" not in tool.requests[0].headers


@pytest.mark.parametrize("status", [301, 400, 401, 404, 429, 500, 503])
def test_a_refusal_names_its_status_and_neither_key_nor_findings(status: int) -> None:
    reply = Reply({"error": f"bad key {KEY}: {FINDINGS}"}, status, {"Location": f"/{KEY}"})
    with fake_tool(in_turn(reply)) as tool, pytest.raises(OutsideFailure, match=str(status)) as failed:
        reword(endpoint(tool), FINDINGS)

    sent = f"{failed.value!r} {failed.value.__cause__!r} {endpoint(tool)!r}"
    assert KEY not in sent
    assert "deploy" not in sent


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>busy</html>",
        b'{"choices": [',
        b"\xff\xfe",
        b"[" * 20_000,
        b"null",
        b"[]",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": ["a", "b"]}}]}',
        b'{"choices": {"message": "text"}}',
    ],
)
def test_an_answer_that_is_not_a_completion_is_a_failure(raw: bytes) -> None:
    with fake_tool(in_turn(Reply(raw=raw))) as tool, pytest.raises(OutsideFailure, match="other than"):
        reword(endpoint(tool), FINDINGS)


def test_ten_megabytes_are_not_read_to_the_end() -> None:
    reply = Reply(raw=b'{"choices": "' + b"x" * 10_000_000)
    with (
        fake_tool(in_turn(reply)) as tool,
        pytest.raises(PermanentFailure, match=f"more than {MAX_BYTES:,} bytes"),
    ):
        reword(endpoint(tool), FINDINGS)


def test_a_model_that_never_answers_is_left_after_its_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        policy = EgressPolicy(frozenset({("127.0.0.1", port)}))
        silent = WordingEndpoint(f"http://127.0.0.1:{port}", "small", KEY, policy, seconds=0.3)
        with pytest.raises(TransientFailure, match="ReadTimeout"):
            reword(silent, FINDINGS)


def test_a_model_that_trickles_its_answer_is_left_after_its_time() -> None:
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def trickle() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
                while not ended.wait(0.02):
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        return

        thread = threading.Thread(target=trickle, daemon=True)
        thread.start()
        policy = EgressPolicy(frozenset({("127.0.0.1", port)}))
        slow = WordingEndpoint(f"http://127.0.0.1:{port}", "small", None, policy, seconds=0.3)
        with pytest.raises(TransientFailure):
            reword(slow, FINDINGS)
        ended.set()
        thread.join()


def test_nobody_listening_is_a_transient_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    policy = EgressPolicy(frozenset({("127.0.0.1", port)}))
    with pytest.raises(TransientFailure, match="ConnectError"):
        reword(WordingEndpoint(f"http://127.0.0.1:{port}", "small", None, policy), FINDINGS)


def test_a_private_address_is_only_reached_when_an_administrator_lists_it() -> None:
    with fake_tool(in_turn(completion("Fine."))) as tool:
        with pytest.raises(EgressRefused, match="CAUSELOOP_EGRESS_ALLOW"):
            reword(replace(endpoint(tool), egress=EgressPolicy()), FINDINGS)
        assert tool.requests == []


@pytest.mark.parametrize("key", ["schlüssel", "two\r\nX-Lines: 1"])
def test_a_key_that_no_header_can_carry_is_reported_without_repeating_it(key: str) -> None:
    with fake_tool(in_turn(completion("Fine."))) as tool:
        with pytest.raises(PermanentFailure, match="CAUSELOOP_LLM_API_KEY") as failed:
            reword(endpoint(tool, key), FINDINGS)
        assert tool.requests == []
    assert key not in str(failed.value)
