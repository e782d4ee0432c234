"""The pattern graph: found by name, lit by cluster, and walked with arrow keys."""

from playwright.sync_api import Page, expect

from tests.api.sample import Sample
from tests.browser.conftest import show


def test_the_graph_is_walked_and_searched_without_a_mouse(page: Page, shop: Sample) -> None:
    show(page, "/clusters", "Clusters")
    graph = page.get_by_role("group", name="Pattern graph")
    expect(graph).to_have_attribute("data-drawn", "")

    graph.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("status").filter(has_text="1 connection")).to_have_text(
        f"Checkout timeout {shop.canary}: 7 issues, 1 connection"
    )
    page.keyboard.press("Enter")
    expect(page.locator(".chosen h3")).to_have_text(f"Checkout timeout {shop.canary}")
    page.keyboard.press("Escape")
    expect(page.locator(".chosen h3")).to_have_count(0)

    page.get_by_label("Find", exact=True).fill("checkout")
    expect(page.get_by_text("2 patterns", exact=True)).to_be_visible()
    page.get_by_label("Find", exact=True).fill("nothing like it")
    expect(page.get_by_text("no pattern of this name here")).to_be_visible()


def test_a_cluster_is_shown_alone_by_its_colour(page: Page, shop: Sample) -> None:
    show(page, "/clusters", "Clusters")
    expect(page.get_by_role("group", name="Pattern graph")).to_have_attribute("data-drawn", "")
    entry = page.get_by_role("list", name="Clusters").get_by_role("button", name=shop.canary)
    expect(entry).to_contain_text("(2)")

    entry.click()

    expect(entry).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Show all").click()
    expect(entry).to_have_attribute("aria-pressed", "false")
