"""People with a password, and browsers that keep a session of theirs."""

from uuid import UUID, uuid4

import httpx2
import psycopg

from causeloop_pipeline.storage.app.tenants import add_member, create_user
from tests.api.sample import HASHER, PASSWORD


def new_person(owner: psycopg.Connection, workspace_id: UUID, role: str = "viewer") -> tuple[UUID, str]:
    """A member with the password of the sample."""
    email = f"{uuid4().hex}@example.com"
    user_id = create_user(owner, email, "Somebody", HASHER.hash(PASSWORD))
    add_member(owner, workspace_id, user_id, role)
    return user_id, email


def sign_in(api: httpx2.Client, email: str, password: str = PASSWORD, **more: str) -> httpx2.Response:
    return api.post("/v1/auth/login", json={"email": email, "password": password, **more})


def origin_of(api: httpx2.Client) -> dict[str, str]:
    """What a browser sends with a request of this installation's own pages."""
    return {"origin": str(api.base_url).rstrip("/")}


def keep_in_browser(browser: httpx2.Client, credential: str) -> httpx2.Response:
    """Exchange a credential for the browser's cookie; its later requests carry the token."""
    headers = {"authorization": f"Bearer {credential}", **origin_of(browser)}
    response = browser.post("/v1/auth/browser", headers=headers)
    if response.status_code == 200:
        browser.headers.update({**origin_of(browser), "x-csrf-token": response.json()["csrf_token"]})
    return response
