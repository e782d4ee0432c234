"""`causeloop mcp`: the tools for agents over standard input and output, from an installation's API."""

from typing import Annotated

import typer

from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.terminal import USAGE, build_table, fail, stdout

EXAMPLES = show_examples("mcp --url https://causeloop.example.com", "mcp --read-only", "mcp --list-tools")
KEY_VARIABLE = "CAUSELOOP_KEY"


def mcp(
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="The API; by default CAUSELOOP_PUBLIC_URL.")
    ] = None,
    key: Annotated[
        str, typer.Option(envvar=KEY_VARIABLE, hidden=True, help="A personal key, or a service account's.")
    ] = "",
    agent: Annotated[
        str, typer.Option(help="What the audit log calls the agent, beside the key's person.")
    ] = "stdio",
    read_only: Annotated[bool, typer.Option("--read-only", help="Only the tools that read.")] = False,
    list_tools: Annotated[
        bool, typer.Option("--list-tools", help="Show the tools and what they cost, and exit.")
    ] = False,
) -> None:
    """Serve agents over stdio, with the key in the environment variable CAUSELOOP_KEY."""
    from causeloop_pipeline.agents.server import measure_tools
    from causeloop_pipeline.agents.tools import TOOLS
    from causeloop_pipeline.settings import settings

    if list_tools:
        tokens = measure_tools()
        rows = [
            (tool.name, "writes" if tool.writes else "reads", tokens[tool.name], tool.title) for tool in TOOLS
        ]
        title = f"{len(TOOLS)} tools, {sum(tokens.values()):,} tokens at most"
        stdout().print(build_table(title, ("tool", "it", "tokens", "what for"), rows, right=("tokens",)))
        return
    if not key:
        fail(f"set {KEY_VARIABLE} to a personal key or that of a service account", USAGE)
    _serve(url or settings().public_url, key, agent, is_read_only=read_only)


def _serve(url: str, key: str, agent: str, *, is_read_only: bool) -> None:
    import anyio
    import httpx2
    from mcp.server.stdio import stdio_server

    from causeloop_pipeline.agents.product_api import ProductApi
    from causeloop_pipeline.agents.server import make_server

    async def serve() -> None:
        async with httpx2.AsyncClient(base_url=url.rstrip("/")) as client:
            api = ProductApi(client, f"Bearer {key}", agent[:80])

            async def find_api(_context: object) -> ProductApi:
                return api

            server = make_server(find_api, is_read_only=is_read_only)
            async with stdio_server() as (incoming, outgoing):
                await server.run(incoming, outgoing, server.create_initialization_options())

    anyio.run(serve)
