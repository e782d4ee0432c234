"""What the first people of a new installation do in their browsers, step by step."""

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import show

PASSWORD = "a violin under the old bridge"


def create_organization(context: BrowserContext, link: str, email: str) -> Page:
    """Open the link of the first start, create an organization, set a password; the tab, signed in."""
    tab = context.new_page()
    tab.goto(link)
    tab.get_by_label("Organization").fill("Acme")
    tab.get_by_label("Your name").fill("Ada")
    tab.get_by_label("Your e-mail address").fill(email)
    tab.get_by_role("button", name="Create", exact=True).click()
    return set_password(tab)


def accept_invitation(context: BrowserContext, link: str) -> Page:
    """Open the link of an invitation and set a password; the tab, signed in."""
    tab = context.new_page()
    tab.goto(link)
    return set_password(tab)


def set_password(tab: Page) -> Page:
    """Choose a password and come in."""
    tab.get_by_label("Choose a password").fill(PASSWORD)
    tab.get_by_role("button", name="Accept and sign in").click()
    expect(tab.get_by_role("button", name="Menu:")).to_be_visible()
    return tab


def invite(tab: Page, email: str) -> str:
    """Invite a person; the link, which is shown once."""
    show(tab, "/settings/members", "Settings")
    tab.get_by_role("button", name="Invite", exact=True).click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_label("E-mail address").fill(email)
    dialog.get_by_role("button", name="Invite", exact=True).click()
    return read_secret(tab)


def make_key(tab: Page, name: str) -> str:
    """Make a service-account key; the key, which is shown once."""
    show(tab, "/settings/keys", "Settings")
    tab.get_by_role("button", name="Create a key").first.click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.locator("button[type=submit]").click()
    return read_secret(tab)


def rotate_key(tab: Page, name: str) -> str:
    """Rotate a key: the former one works for a day; the new one, which is shown once."""
    tab.get_by_role("button", name=f"Rotate {name}").click()
    tab.get_by_role("dialog").get_by_role("button", name="Create a new key").click()
    return read_secret(tab)


def require_single_sign_on(tab: Page) -> None:
    """Let nobody sign in with a password from now on."""
    tab.reload()
    show(tab, "/settings", "Settings")
    tab.get_by_label("Require single sign-on").check()
    saving = tab.locator("form", has=tab.get_by_label("Require single sign-on"))
    saving.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("The workspace is saved.")).to_be_visible()


def sign_in_at_provider(tab: Page) -> None:
    """Sign in with single sign-on."""
    tab.get_by_role("button", name="Sign in with single sign-on").click()
    expect(tab.get_by_role("button", name="Menu:")).to_be_visible()


def join_at_provider(tab: Page, offer: str) -> None:
    """Sign in with single sign-on for the first time, and join what one is invited to."""
    tab.get_by_role("button", name="Sign in with single sign-on").click()
    tab.get_by_role("button", name=offer).click()
    expect(tab.get_by_role("button", name="Menu:")).to_be_visible()


def read_secret(tab: Page) -> str:
    """What a dialog shows once; closes it."""
    field: Locator = tab.get_by_label("Shown only once")
    secret = field.input_value()
    tab.get_by_role("button", name="I have stored it").click()
    return secret
