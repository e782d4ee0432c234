"""What a tool sends is shown as text: 100 attempts to be code stay text on every screen that shows them."""

from datetime import UTC, datetime

import psycopg
import pytest
from playwright.sync_api import BrowserContext, Dialog, expect

from causeloop_pipeline.storage.database.session import Database
from tests.api.sample import Sample, make_sample
from tests.api.sample_rows import insert_member, insert_row
from tests.browser.conftest import execute_as_superuser, open_signed_in, show
from tests.browser.hostile_texts import HOSTILE_TEXTS
from tests.browser.screens import list_screens, open_details
from tests.conftest import Installation
from tests.support.computed_ids import select_issue_id
from tests.support.single_occurrences import add_single_occurrences

FOREIGN = (
    ":is(main, header) "
    ":is(script, iframe, object, embed, base, marquee, video, math, style, link, img, animate)"
)
ACTIVE = "a[href^='javascript:' i], body [onerror], body [onload]"
SCREENS = (
    "issues",
    "patterns",
    "pattern",
    "recommendation",
    "predictions",
    "clusters",
    "connectors",
    "overview",
    "report",
)


@pytest.fixture(scope="module")
def hostile(installation: Installation) -> Sample:
    """A workspace in which every text is an attempt."""
    database = Database(installation.pipeline_url)
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        sample = make_sample(owner, database)
    now, everything = datetime.now(UTC), " ".join(HOSTILE_TEXTS)
    with database.workspace(sample.workspace_id) as session:
        for number, text in enumerate(HOSTILE_TEXTS):
            issue_id = select_issue_id(session, sample.workspace_id, "jira", f"X-{number}")
            insert_row(
                session,
                "core.issue",
                sample,
                issue_id=issue_id,
                source="jira",
                external_id=f"X-{number}",
                title=text[:300],
                body=text,
                severity="p2",
                status="open",
                service=text[:200],
                team=text[:200],
                external_url=f"javascript:{text}"[:2000],
                source_created_at=now,
                source_updated_at=now,
                ingested_at=now,
                attributes="{}",
            )
            insert_member(session, sample, sample.ids["pattern_id"], issue_id, 0.9)
        add_single_occurrences(session)
        session.execute("update detect.pattern set name = %s", (everything[:2000],))
        session.execute(
            "update act.recommendation set title = %s, rationale = %s", (everything[:2000], everything)
        )
        session.execute("update app.connector set status_reason = %s, status = 'error'", (everything,))
    update = "update predict.prediction set likely_trigger = %s where workspace_id = %s"
    execute_as_superuser(installation, update, (everything, sample.workspace_id))
    return sample


def test_a_hundred_hostile_texts_are_shown_and_none_of_them_runs(
    context: BrowserContext, api_url: str, hostile: Sample
) -> None:
    assert len(HOSTILE_TEXTS) >= 100
    dialogs = list[str]()

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    with open_signed_in(context, api_url, hostile.credentials["owner"]) as page:
        page.on("dialog", dismiss)
        for name in SCREENS:
            show(page, list_screens(hostile)[name])
            while name == "issues" and page.locator("#more").is_visible():
                page.locator("#more").click()
                expect(page.locator("main [aria-busy]")).to_have_count(0)
            if name == "issues":
                expect(page.get_by_text("<script>window.hit=1</script>", exact=True).first).to_be_visible()
            open_details(page)
            expect(page.locator(".loading")).to_have_count(0)
            page.get_by_role("button", name="Notifications").click()
            expect(page.get_by_role("heading", name="What is new")).to_be_visible()
            assert page.locator(FOREIGN).count() == page.locator(ACTIVE).count() == 0, name
        assert page.evaluate("window.hit") is None
    assert dialogs == []
