"""Clients that others have written, from PyPI and npm, speak with the server over both transports."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from causeloop_pipeline.agents.tools import TOOLS
from tests.api.sample import Sample
from tests.realtools.packages import MissingToolError, install_npm, install_python

MAX_SECONDS = 180
NAMES = {tool.name for tool in TOOLS}

PYTHON_CLIENT = """
import asyncio, json, sys
from fastmcp import Client
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport

url, key, query, command, *arguments = sys.argv[1:]

async def talk(transport):
    async with Client(transport) as client:
        tools = [tool.name for tool in await client.list_tools()]
        result = await client.call_tool("find_patterns", {"query": query})
        return {"tools": tools, "answer": result.content[0].text}

async def main():
    http = StreamableHttpTransport(url + "/mcp", headers={"Authorization": "Bearer " + key})
    stdio = StdioTransport(command, arguments, env={"CAUSELOOP_KEY": key})
    print(json.dumps([await talk(http), await talk(stdio)]))

asyncio.run(main())
"""

NODE_CLIENT = """
const [sdk, url, key, query, command, ...args] = process.argv.slice(2);
const { Client } = await import(sdk + "/index.js");
const { StreamableHTTPClientTransport } = await import(sdk + "/streamableHttp.js");
const { StdioClientTransport } = await import(sdk + "/stdio.js");

async function talk(transport) {
  const client = new Client({ name: "another-client", version: "1" });
  await client.connect(transport);
  const { tools } = await client.listTools();
  const result = await client.callTool({ name: "find_patterns", arguments: { query } });
  await client.close();
  return { tools: tools.map((tool) => tool.name), answer: result.content[0].text };
}

const requestInit = { headers: { Authorization: "Bearer " + key } };
const http = new StreamableHTTPClientTransport(new URL(url + "/mcp"), { requestInit });
const stdio = new StdioClientTransport({ command, args, env: { CAUSELOOP_KEY: key } });
console.log(JSON.stringify([await talk(http), await talk(stdio)]));
"""


def write_client(folder: Path, name: str) -> list[str | Path]:
    """The command of a client, installed from its registry; a machine that cannot have it skips the test."""
    try:
        if name == "fastmcp":
            script = folder / "client.py"
            script.write_text(PYTHON_CLIENT)
            return [install_python("fastmcp==4.2.3") / "python", script]
        sdk = install_npm("@modelcontextprotocol/sdk@1.32.2") / "dist" / "esm" / "client"
    except MissingToolError as error:
        pytest.skip(str(error))
    node = shutil.which("node")
    assert node is not None, "npm is installed, and node is not"
    script = folder / "client.mjs"
    script.write_text(NODE_CLIENT)
    return [node, script, sdk.as_uri()]


def run_client(command: list[str | Path], url: str, sample: Sample) -> list[dict[str, Any]]:
    """What a client was shown and answered, over HTTP and over stdio."""
    server = (sys.executable, "-m", "causeloop_pipeline.cli", "mcp", "--url", url)
    arguments = (url, sample.credentials["analyst"], sample.canary, *server)
    result = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=MAX_SECONDS, check=False
    )
    assert result.returncode == 0, result.stderr
    answers: list[dict[str, Any]] = json.loads(result.stdout.splitlines()[-1])
    return answers


@pytest.mark.parametrize("name", ["fastmcp", "typescript"])
def test_another_client_lists_and_calls_the_tools_over_both_transports(
    api_url: str, sample: Sample, tmp_path: Path, name: str
) -> None:
    by_transport = run_client(write_client(tmp_path, name), api_url, sample)

    assert [set(each["tools"]) for each in by_transport] == [NAMES, NAMES]
    assert all(json.loads(each["answer"])["patterns"] for each in by_transport)
