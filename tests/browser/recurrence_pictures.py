"""The pictures of one recurrence in docs: in a GitHub issue, for an agent, and in Dagster.

PYTHONPATH=packages/causeloop-dagster/src python -m tests.browser.recurrence_pictures

A real installation holds the failure's history. The comment is the text that is sent to GitHub, the agent
asks by the official SDK, and the run failed in a Dagster with causeloop-dagster, whose web server shows it.
"""

import asyncio
import html
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
from markdown_it import MarkdownIt
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from playwright.sync_api import Browser, sync_playwright

from bench.api.applications import serve
from bench.embedded_server import open_embedded_server
from causeloop_pipeline.outbound.comment_text import write_recurrence
from causeloop_pipeline.storage.database import roles
from tests.browser.conftest import BROWSERS, OPTIONS
from tests.browser.failed_dagster_run import open_failed_run
from tests.browser.recurring_failure import LOG_LINE, TITLE, store_history
from tests.browser.slack_card import FACTS

FOLDER = Path(__file__).parents[2] / "docs/howto"
WIDTH = 760
PAGE = """
<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 8px; font: 15px/1.5 system-ui, sans-serif; color: #1f2328; background: #fff }}
article {{ border: 1px solid #d0d7de; border-radius: 6px; overflow: hidden }}
header {{ padding: 8px 16px; background: #f6f8fa; border-bottom: 1px solid #d0d7de; color: #59636e }}
header b {{ color: #1f2328 }}
section {{ padding: 4px 16px }}
pre {{ margin: 0; padding: 12px 16px; font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap }}
pre + pre {{ border-top: 1px solid #d0d7de }}
pre b {{ color: #0550ae }}
a {{ color: #0969da }}
</style><article><header>{header}</header>{content}</article>
"""
LINE = 72
PUBLIC_URL = "https://causeloop.example"
ADDRESS = re.compile(r"https://\S+")


def main() -> None:
    """Take the three pictures."""
    with open_embedded_server() as (server, _), tempfile.TemporaryDirectory() as name:
        key = store_history(server.url(roles.DATABASE))
        os.environ["CAUSELOOP_PUBLIC_URL"] = PUBLIC_URL
        with serve("create_unlimited_app") as (_, port):
            url = f"http://127.0.0.1:{port}"
            answer = asyncio.run(call_seen_before(url, key))
            with open_failed_run(Path(name), url, key) as address, sync_playwright() as playwright:
                program = next(filter(None, map(shutil.which, BROWSERS)))
                browser = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
                draw_comment(browser)
                draw_answer(browser, answer)
                draw_run(browser, address)
                browser.close()


def draw_comment(browser: Browser) -> None:
    """The comment as GitHub renders its Markdown."""
    text = ADDRESS.sub(r"<\g<0>>", write_recurrence(FACTS.recurrence))  # GitHub makes links of bare addresses
    comment = MarkdownIt().render(text)
    header = f"<b>causeloop-bot</b> commented on “{html.escape(TITLE)}”"
    _draw(browser, "comment.png", header, f"<section>{comment}</section>")


async def call_seen_before(url: str, key: str) -> dict[str, Any]:
    """What the tool answers an agent that speaks the official SDK."""
    async with (
        httpx2.AsyncClient(headers={"authorization": f"Bearer {key}"}, timeout=120) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http)) as agent,
    ):
        result = await agent.call_tool("seen_before", {"text": LOG_LINE})
        return json.loads(result.content[0].text)  # type: ignore[union-attr,no-any-return]


def draw_answer(browser: Browser, answer: Mapping[str, Any]) -> None:
    """The call of the agent, and the whole answer."""
    question = html.escape(json.dumps({"text": LOG_LINE}))
    document = html.escape(write_json(answer))
    content = f"<pre><b>seen_before</b> {question}</pre><pre>{document}</pre>"
    _draw(browser, "agent.png", "<b>An agent</b>, by the Model Context Protocol", content)


def write_json(value: Any, indent: str = "") -> str:
    """JSON in which what fits into a line stands in one."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent + line) <= LINE or not isinstance(value, dict | list):
        return line
    inner = f"{indent}  "
    if isinstance(value, list):
        parts, brackets = [write_json(each, inner) for each in value], "[]"
    else:
        parts = [f'"{name}": {write_json(each, inner)}' for name, each in value.items()]
        brackets = "{}"
    lines = ",\n".join(inner + part for part in parts)
    return f"{brackets[0]}\n{lines}\n{indent}{brackets[1]}"


def draw_run(browser: Browser, address: str) -> None:
    """The tags of the failed run, as Dagster shows them."""
    page = browser.new_page(viewport={"width": 1000, "height": 640}, reduced_motion="reduce")
    page.set_default_timeout(120_000)
    page.goto(address)
    page.get_by_role("button", name="Skip").click()  # it asks everybody to join its community first
    page.get_by_role("button", name="View tags and config").click()
    page.get_by_text("causeloop/seen_before").wait_for()
    page.wait_for_timeout(1000)  # it fades in
    page.screenshot(path=FOLDER / "dagster.png", clip={"x": 0, "y": 0, "width": 1000, "height": 300})
    page.close()


def _draw(browser: Browser, name: str, header: str, content: str) -> None:
    page = browser.new_page(viewport={"width": WIDTH, "height": 400})
    page.set_content(PAGE.format(header=header, content=content))
    page.locator("article").screenshot(path=FOLDER / name)
    page.close()


if __name__ == "__main__":
    main()
