"""What agents see of the tools, and that answers stay short and quoted."""

import asyncio
from typing import Any

import httpx2
import orjson
import pytest
from mcp import Client

from causeloop_pipeline.agents.product_api import ProductApi
from causeloop_pipeline.agents.server import describe_tool, make_server, measure_tools
from causeloop_pipeline.agents.tools import TOOLS
from causeloop_pipeline.agents.wording import MAX_ANSWER_TOKENS, QUOTED, clean, count_tokens, fit, quote

MAX_LIST_TOKENS = 4_000
READING = {
    "seen_before",
    "identify",
    "find_patterns",
    "explain_pattern",
    "what_changed",
    "due",
    "what_to_fix",
    "proof_of_fix",
}
WRITING = {"claim_fix", "correct", "file_ticket"}


def answer_as(role: str, answers: dict[str, Any]) -> ProductApi:
    """An API that answers by path, for a caller with a role."""

    def respond(request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        content = {"role": role} if path == "/v1/me" else answers.get(path)
        if content is None:
            return httpx2.Response(404, json={"code": "not_found", "detail": f"there is no {path}"})
        return httpx2.Response(200, json=content)

    client = httpx2.AsyncClient(transport=httpx2.MockTransport(respond), base_url="http://api")
    return ProductApi(client, "Bearer key", "test")


def call(api: ProductApi, name: str, /, *, is_read_only: bool = False, **arguments: Any) -> Any:
    """The result of one call of a tool, by the SDK's own client."""

    async def run() -> Any:
        async def find_api(_context: object) -> ProductApi:
            return api

        async with Client(make_server(find_api, is_read_only=is_read_only)) as client:
            return await client.call_tool(name, arguments)

    return asyncio.run(run())


def list_names(api: ProductApi, *, is_read_only: bool = False) -> set[str]:
    """The tools that a caller is shown."""

    async def run() -> set[str]:
        async def find_api(_context: object) -> ProductApi:
            return api

        async with Client(make_server(find_api, is_read_only=is_read_only)) as client:
            return {tool.name for tool in (await client.list_tools()).tools}

    return asyncio.run(run())


def test_the_list_of_tools_costs_less_than_four_thousand_tokens() -> None:
    tokens = measure_tools()

    table = "\n".join(f"{name:16} {count:5}" for name, count in tokens.items())
    print(f"{table}\n{'all':16} {sum(tokens.values()):5}")
    assert sum(tokens.values()) < MAX_LIST_TOKENS, table
    assert max(tokens.values()) <= MAX_LIST_TOKENS // 10, table


def test_each_tool_reads_or_writes_and_says_which() -> None:
    hints = {tool.name: describe_tool(tool).annotations for tool in TOOLS}

    assert {name for name, hint in hints.items() if hint and hint.read_only_hint} == READING
    assert {name for name, hint in hints.items() if hint and not hint.read_only_hint} == WRITING
    assert all(tool.takes["additionalProperties"] is False for tool in TOOLS)


@pytest.mark.parametrize("role", ["viewer", "analyst", "admin", "owner"])
def test_tools_that_write_are_listed_only_where_the_role_may(role: str) -> None:
    assert list_names(answer_as(role, {})) == (READING if role == "viewer" else READING | WRITING)


def test_a_read_only_server_neither_lists_nor_runs_what_writes() -> None:
    api = answer_as("owner", {})

    assert list_names(api, is_read_only=True) == READING
    refused = call(api, "claim_fix", is_read_only=True, recommendation_id="0" * 32)
    assert refused.is_error


def test_arguments_that_do_not_fit_are_refused_with_the_place() -> None:
    refused = call(answer_as("viewer", {}), "due", window_days=8)
    unknown = call(answer_as("viewer", {}), "no_such_tool")

    assert refused.is_error
    assert "window_days" in refused.content[0].text
    assert unknown.is_error


def test_the_reason_of_the_api_reaches_the_agent() -> None:
    refused = call(
        answer_as("viewer", {}), "proof_of_fix", recommendation_id="00000000-0000-0000-0000-000000000001"
    )

    assert refused.is_error
    assert orjson.loads(refused.content[0].text)["code"] == "not_found"


def test_a_long_answer_is_cut_and_says_where_it_goes_on() -> None:
    rows = [{"id": "0" * 36, "title": quote("x" * 500)} for _ in range(60)]

    fitted = fit({"rows": rows}, "rows", 10)

    assert count_tokens(fitted) <= MAX_ANSWER_TOKENS
    assert fitted["more"] == 10 + len(fitted["rows"]) < 70


def test_a_page_of_patterns_goes_on_at_more() -> None:
    pattern = {"id": "p", "name": "Timeout " * 40, "status": "active", "last_seen_at": "2026-01-01T00:00:00Z"}
    page = {"data": [pattern] * 20, "page": {"next_cursor": None, "has_more": False}}

    result = call(answer_as("viewer", {"/v1/patterns": page}), "find_patterns", limit=20)

    answer = orjson.loads(result.content[0].text)
    assert 0 < answer["more"] < 20
    assert count_tokens(result.content[0].text) <= MAX_ANSWER_TOKENS


def test_what_hides_in_a_text_is_gone() -> None:
    assert clean("a\u202eb\x00c\nd\u200be\U000e0041") == "a b c d e"
    assert quote("x" * 1000) == {QUOTED: "x" * 199 + "…"}
