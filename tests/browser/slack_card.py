"""The picture of a card in docs/howto/slack.md, from the blocks that the product builds.

python -m tests.browser.slack_card
"""

import json
import shutil
import tempfile
import threading
from datetime import UTC, date, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from causeloop_pipeline.demo.exchange import VendorRequest
from causeloop_pipeline.demo.server import DemoTools, make_server
from causeloop_pipeline.demo.slack import APPS_FILE, CHANNEL, DemoSlack, make_token
from causeloop_pipeline.model.proof import Verdict
from causeloop_pipeline.outbound.comment_text import Recurrence
from causeloop_pipeline.outbound.slack.card import CardFacts, build_card
from tests.browser.conftest import BROWSERS, OPTIONS

PREVIEW = Path(__file__).parents[2] / "docs/howto/slack.png"
NOW = datetime(2026, 3, 2, 9, 12, tzinfo=UTC)
FACTS = CardFacts(
    pattern_id="0192a1b2-0000-7000-8000-000000000001",
    name="Search index of shop … is … behind the catalogue",
    service="search",
    severity="p2",
    status="active",
    occurrences=4,
    last_at=NOW,
    recurrence=Recurrence(
        ordinal=4,
        previous_at=NOW.replace(month=2, day=23),
        fixed_at=NOW.replace(month=2, day=16),
        verdict=Verdict.FAILED,
        ended_at=None,
        action=None,
        next_due=date(2026, 3, 9),
        probability=0.9,
        window_days=7,
        pattern_url="https://causeloop.example/#/patterns/0192a1b2",
    ),
    latest_issue_id="0192a1b2-0000-7000-8000-000000000002",
    latest_title="Search index of shop eu-west-2 is 398 min behind the catalogue",
    ending={
        "phrase": "restarted the indexer",
        "quote": "Restarted it and replayed from the last offset.",
        "made_by": "Deniz",
        "ended_at": "2026-02-23",
    },
    owner="Discovery",
)


def main() -> None:
    """Post the card to the demo's Slack, and take its picture there."""
    with tempfile.TemporaryDirectory() as name:
        app = {"address": "http://127.0.0.1:9", "signing_secret": "none", "organization": "northwind"}
        (Path(name) / APPS_FILE).write_text(json.dumps({"storefront": app}))
        tools = DemoTools(NOW.date(), lambda: NOW, slack=DemoSlack.load(Path(name)))
        headers = {"authorization": f"Bearer {make_token('storefront')}", "content-type": "application/json"}
        body = json.dumps({"channel": CHANNEL, **build_card(FACTS)}).encode()
        tools.answer(VendorRequest("/api/chat.postMessage", {}, headers, "", NOW, method="POST", body=body))
        with make_server(tools, 0) as server, sync_playwright() as playwright:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            program = next(filter(None, map(shutil.which, BROWSERS)))
            browser = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
            page = browser.new_page(viewport={"width": 760, "height": 700})
            page.goto(f"http://127.0.0.1:{server.server_address[1]}/slack/storefront")
            page.locator("article").screenshot(path=PREVIEW)
            browser.close()
            server.shutdown()


if __name__ == "__main__":
    main()
