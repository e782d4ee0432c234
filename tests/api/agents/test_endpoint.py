"""Agents over streamable HTTP and stdio, by the official client, against a running API."""

import asyncio
import sys
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2
import orjson
import pytest
from mcp import Client as Agent
from mcp import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from causeloop_pipeline.agents.tools import TOOLS
from causeloop_pipeline.agents.wording import MAX_ANSWER_TOKENS, QUOTED, count_tokens
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import NO_CERTIFICATES
from tests.api.sample import Sample
from tests.support.injections import INJECTIONS

INTERNAL = ("id", "identity", "url")
Call = tuple[str, dict[str, Any]]


def list_calls(sample: Sample) -> list[Call]:
    """A call of each tool about what a workspace has."""
    text = f"Checkout times out after 3 s {sample.canary}"
    pattern, issue = str(sample.ids["pattern_id"]), str(sample.ids["issue_id"])
    recommendation = str(sample.ids["recommendation_id"])
    return [
        ("seen_before", {"text": text}),
        ("identify", {"text": text}),
        ("find_patterns", {"query": sample.canary}),
        ("explain_pattern", {"pattern_id": pattern}),
        ("what_changed", {"pattern_id": pattern}),
        ("due", {"window_days": 30}),
        ("what_to_fix", {"pattern_id": pattern}),
        ("proof_of_fix", {"recommendation_id": recommendation}),
        ("claim_fix", {"recommendation_id": recommendation}),
        ("correct", {"issue_id": issue, "pattern_id": pattern, "same": True}),
        ("file_ticket", {"text": text, "note": "seen by an agent"}),
    ]


def talk(url: str, credential: str, calls: list[Call]) -> tuple[set[str], list[Any]]:
    """The tools that an agent is shown over HTTP, and the results of its calls."""

    async def run() -> tuple[set[str], list[Any]]:
        headers = {"authorization": f"Bearer {credential}", "user-agent": "test-agent/1"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60, verify=NO_CERTIFICATES) as http,
            Agent(streamable_http_client(f"{url}/mcp", http_client=http)) as agent,
        ):
            names = {tool.name for tool in (await agent.list_tools()).tools}
            return names, [await agent.call_tool(name, arguments) for name, arguments in calls]

    return asyncio.run(run())


def read(result: Any) -> Any:
    """What a tool answered."""
    return orjson.loads(result.content[0].text)


def test_every_tool_answers_over_http_in_few_words(api_url: str, fresh_sample: Sample) -> None:
    calls = list_calls(fresh_sample)

    names, results = talk(api_url, fresh_sample.credentials["analyst"], calls)

    assert names == {tool.name for tool in TOOLS} == {name for name, _ in calls}
    failed = [
        (name, read(result)) for (name, _), result in zip(calls, results, strict=True) if result.is_error
    ]
    assert failed == []
    assert all(count_tokens(result.content[0].text) <= MAX_ANSWER_TOKENS for result in results)


def test_a_viewer_is_shown_what_reads_and_refused_what_writes(api_url: str, sample: Sample) -> None:
    names, (refused,) = talk(api_url, sample.credentials["viewer"], [("file_ticket", {"text": "x y z"})])

    assert names == {tool.name for tool in TOOLS if not tool.writes}
    assert refused.is_error
    assert read(refused)["code"] == "role_too_low"


def test_no_tool_tells_anything_of_another_tenant(api_url: str, sample: Sample, other_sample: Sample) -> None:
    ours = {str(each) for each in (*sample.ids.values(), *sample.issues, sample.workspace_id)}

    calls = list_calls(sample)
    _, results = talk(api_url, other_sample.credentials["owner"], calls)

    leaks = [
        (name, secret)
        for (name, arguments), result in zip(calls, results, strict=True)
        for secret in (*ours, sample.canary)
        if secret in result.content[0].text and secret not in orjson.dumps(arguments).decode()
    ]
    assert leaks == []


def test_the_audit_log_names_the_agent_beside_the_person(
    api_url: str, fresh_sample: Sample, database: Database
) -> None:
    talk(api_url, fresh_sample.credentials["analyst"], list_calls(fresh_sample)[:3])

    with database.workspace(fresh_sample.workspace_id) as session:
        entries = session.rows("select actor, action, details ->> 'agent' as agent from app.audit_log")
    by_agent = [entry for entry in entries if entry["agent"] == "test-agent/1"]
    assert {"ask_seen_before", "identify_failure", "list_patterns"} <= {entry["action"] for entry in by_agent}
    assert all(entry["actor"].startswith("service_account:") for entry in by_agent)


def test_without_a_key_an_agent_learns_where_to_look(api_url: str) -> None:
    refused = httpx2.post(f"{api_url}/mcp", json={}, headers={"cookie": "causeloop_session=x"})
    metadata = httpx2.get(f"{api_url}/.well-known/oauth-protected-resource/mcp").json()

    assert refused.status_code == 401
    assert "resource_metadata=" in refused.headers["www-authenticate"]
    assert metadata["resource"].endswith("/mcp")
    assert metadata["bearer_methods_supported"] == ["header"]


def test_texts_that_give_orders_stay_quoted_data(
    api_url: str, fresh_sample: Sample, database: Database
) -> None:
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("delete from detect.pattern_edge")
        for number, text in enumerate(INJECTIONS):
            session.execute(
                "insert into detect.pattern (workspace_id, pattern_id, name, kind, status, confidence, "
                "issue_count, first_seen_at, last_seen_at) "
                "values (%s, %s, %s, 'machine', 'active', .9, 2, now(), now())",
                (fresh_sample.workspace_id, uuid4(), f"{text} #{number}"),
            )
    pages = [("find_patterns", {"limit": 5, "offset": offset}) for offset in range(0, 55, 5)]

    _, results = talk(api_url, fresh_sample.credentials["analyst"], pages)

    quoted, unquoted = set(), []
    for result in results:
        for path, text in list_texts(read(result)):
            (quoted.add(text) if path[-1] == QUOTED else unquoted.append(text))
    orders = [
        text for text in unquoted if any(word in text for word in ("call ", "tell ", "print ", "fetch "))
    ]
    assert orders == []
    assert sum(any(f"#{number}" in text for text in quoted) for number in range(len(INJECTIONS))) == 50
    assert not any(
        ord(character) < 32 or character in "\u202e\u202c" for text in quoted for character in text
    )


def list_texts(value: Any, path: tuple[str, ...] = ("",)) -> Iterator[tuple[tuple[str, ...], str]]:
    """The texts of an answer with their paths."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from list_texts(each, (*path, name))
    elif isinstance(value, list):
        for each in value:
            yield from list_texts(each, path)
    elif isinstance(value, str):
        yield path, value


@pytest.mark.parametrize("is_read_only", [False, True])
def test_the_same_tools_answer_over_stdio(api_url: str, sample: Sample, is_read_only: bool) -> None:
    command = [
        "-m",
        "causeloop_pipeline.cli",
        "mcp",
        "--url",
        api_url,
        *(["--read-only"] if is_read_only else []),
    ]
    server = StdioServerParameters(
        command=sys.executable, args=command, env={"CAUSELOOP_KEY": sample.credentials["analyst"]}
    )

    async def run() -> tuple[set[str], Any]:
        async with Agent(server) as agent:
            names = {tool.name for tool in (await agent.list_tools()).tools}
            return names, await agent.call_tool("find_patterns", {"query": sample.canary})

    names, result = asyncio.run(run())

    assert names == {tool.name for tool in TOOLS if not (is_read_only and tool.writes)}
    assert read(result)["patterns"]
