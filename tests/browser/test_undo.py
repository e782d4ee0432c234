"""What a person does is taken back where it was done, and everything is as before."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.api.sample import Sample
from tests.browser.conftest import show

Read = Callable[[str], Any]


@pytest.fixture
def read(api_url: str, shop: Sample) -> Read:
    """Asks the API what is stored."""
    headers = {"authorization": f"Bearer {shop.credentials['owner']}"}

    def ask(path: str) -> Any:
        return httpx2.get(f"{api_url}/v1{path}", headers=headers).raise_for_status().json()

    return ask


def undo(page: Page, done: str, undone: str) -> None:
    """Press “Undo” in the notice that says what was done, and wait for the notice that it was taken back."""
    notice = page.locator("#notices .with-undo")
    expect(notice).to_contain_text(done)
    notice.get_by_role("button", name="Undo").click()
    expect(page.locator("#notices").get_by_text(undone)).to_be_visible()
    expect(notice).to_have_count(0)


def open_dialog(page: Page, name: str) -> Locator:
    page.get_by_role("button", name=name, exact=True).click()
    return page.get_by_role("dialog")


def test_a_split_is_taken_back(page: Page, shop: Sample, read: Read) -> None:
    path = f"/patterns/{shop.ids['pattern_id']}"
    before = read(f"{path}/corrections")["data"]
    show(page, path)
    page.get_by_role("region", name="Issues of this pattern").locator("tbody").get_by_role(
        "checkbox"
    ).first.check()
    page.get_by_role("button", name="Split off into a pattern of their own").click()
    expect(page.locator("#notices .with-undo")).to_be_visible()
    assert len(read(f"{path}/corrections")["data"]) == len(before) + 1

    undo(page, "Split off: the issues get a pattern of their own", "Taken back")

    assert read(f"{path}/corrections")["data"] == before


def test_a_merge_is_taken_back(page: Page, shop: Sample, read: Read) -> None:
    path = f"/patterns/{shop.ids['pattern_id']}"
    before = read(f"{path}/corrections")["data"]
    show(page, path)
    dialog = open_dialog(page, "Merge")
    dialog.get_by_role("checkbox").first.check()
    dialog.get_by_role("button", name="Merge", exact=True).click()

    undo(page, "Merged: the issues move in the next run.", "Taken back")

    assert read(f"{path}/corrections")["data"] == before


@pytest.mark.parametrize("status", ["implemented", "in progress", "dismissed"])
def test_a_fix_that_was_marked_is_as_before(page: Page, shop: Sample, read: Read, status: str) -> None:
    path = f"/recommendations/{shop.ids['recommendation_id']}"
    before = read(path)
    if before["status"] == status.replace(" ", "_"):
        pytest.skip("it has this status already")
    show(page, path)
    page.get_by_label("Status").select_option(label=status)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#notices .with-undo")).to_be_visible()
    assert read(path)["status"] == status.replace(" ", "_")

    undo(page, "The status is saved.", "The former status is back.")

    after = read(path)
    assert (after["status"], after["proofs"]) == (before["status"], before["proofs"])


def test_a_dismissed_prediction_counts_again(page: Page, shop: Sample, read: Read) -> None:
    path = f"/predictions/{shop.ids['prediction_id']}"
    show(page, path)
    dialog = open_dialog(page, "Dismiss")
    dialog.get_by_role("button", name="Dismiss", exact=True).click()
    expect(page.locator("#notices .with-undo")).to_be_visible()
    assert read(path)["dismissed_at"] is not None

    undo(page, "Dismissed: it no longer counts as likely.", "It counts as before.")

    assert read(path)["dismissed_at"] is None


def test_a_grade_is_taken_back(page: Page, shop: Sample, read: Read) -> None:
    path = f"/predictions/{shop.ids['prediction_id']}"
    before = read(path)["outcomes"]
    show(page, path)
    dialog = open_dialog(page, "Grade")
    dialog.get_by_label("Why").fill("It did not come back")
    dialog.get_by_role("button", name="Save", exact=True).click()

    undo(page, "Graded", "counts")

    assert read(path)["outcomes"] == before


def test_what_was_found_out_or_dismissed_is_open_again(page: Page, shop: Sample, read: Read) -> None:
    for button, status in (("It is ", "done"), ("Dismiss", "dismissed")):
        show(page, "/recommendations")
        cards = page.locator("article.proof")
        cards.get_by_role("button", name=button).first.click()
        expect(page.locator("#notices .with-undo")).to_be_visible()
        assert [row["status"] for row in read("/investigations")["data"]] == [status]

        undo(page, "Recorded" if status == "done" else "Dismissed", "It is open again.")

        assert [row["status"] for row in read("/investigations")["data"]] == ["open"]


def test_the_answer_whether_issues_belong_together_is_taken_back(page: Page, shop: Sample) -> None:
    show(page, f"/patterns/{shop.ids['pattern_id']}")
    page.get_by_role("button", name="No", exact=True).click()

    undo(page, "Unlink or split off the issues that do not belong.", "Your answer no longer counts.")


def test_an_unlinked_issue_stays(page: Page, shop: Sample, read: Read) -> None:
    path = f"/patterns/{shop.ids['pattern_id']}"
    before = read(f"{path}/corrections")["data"]
    show(page, path)
    page.get_by_role("button", name="Unlink:").first.click()
    expect(page.get_by_text("Leaves this pattern in the next run.")).to_be_visible()

    page.get_by_role("button", name="Undo", exact=True).click()

    expect(page.get_by_text("The issue stays in this pattern.").first).to_be_visible()
    assert read(f"{path}/corrections")["data"] == before
