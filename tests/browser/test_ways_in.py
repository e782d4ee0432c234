"""How data comes in, by a person in a browser: a file of their own, and a tool that pushes."""

from pathlib import Path
from uuid import uuid4

import httpx2
from playwright.sync_api import Page, expect

from tests.browser.conftest import show


def test_a_file_is_seen_corrected_imported_and_undone(page: Page, tmp_path: Path) -> None:
    file = tmp_path / f"tickets {uuid4().hex[:6]}.csv"
    file.write_text(
        "nr,what,when,prio\n7,Disk full,03/02/2026,high\n8,Timeout,04/02/2026,low\n9,x,soon,low\n"
    )
    show(page, "/uploads", "Upload an export or a post-mortem")
    page.get_by_label("Choose a file").set_input_files(file)
    expect(page.get_by_role("alert")).to_contain_text("no column holds a title")

    page.get_by_label("What the column what is read as").select_option("title")
    expect(page.get_by_role("button", name="Import 3 issues")).to_be_visible()
    page.get_by_label("What the column when is read as").select_option("source_created_at")
    expect(page.get_by_text("day or month first?")).to_be_visible()
    expect(page.get_by_text("is not a date that could be read")).to_be_visible()
    page.get_by_label("Dates are written").select_option("day first")
    expect(page.get_by_text("day or month first?")).to_have_count(0)

    page.get_by_label("What is the tool called?").fill("Old tracker") if page.get_by_label(
        "What is the tool called?"
    ).count() else None
    page.get_by_role("button", name="Import 2 issues").click()
    expect(page.get_by_text("2 issues came by this file.")).to_be_visible()
    page.get_by_role("button", name="Undo the import").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo the import").click()
    expect(page.get_by_text("The import is being undone", exact=False).first).to_be_visible()


def test_a_tool_that_pushes_is_seen_to_arrive(page: Page) -> None:
    show(page, "/connectors/new?type=uptime_kuma")
    page.get_by_role("button", name="Receive its webhook").or_(
        page.get_by_role("button", name="Store", exact=True)
    ).first.click()
    expect(page.get_by_text("Waiting for the first delivery")).to_be_visible()
    codes = page.locator("details code.wrapped")
    address, secret = codes.nth(0).inner_text(), codes.nth(1).inner_text()
    beat = {"monitorID": 1, "status": 0, "time": "2026-11-29 18:29:41.000", "msg": "timeout"}
    body = {"heartbeat": beat, "monitor": {"id": 1, "name": "Checkout"}, "msg": "[Checkout] Down timeout"}
    own = page.url.partition("/#")[0]
    delivered = httpx2.post(
        f"{own}{address[address.index('/v1/') :]}", json=body, headers={"x-causeloop-token": secret}
    )
    assert delivered.status_code == 202, delivered.text
    expect(page.get_by_text("1 accepted")).to_have_count(1)
    expect(page.get_by_text("They held 1 record, 1 new or updated")).to_be_visible()
