"""What the admin of another organization does to come in as a person, and what they have reached by it."""

from collections.abc import Callable
from uuid import uuid4

from tests.api.directory.payloads import okta_user, patch
from tests.api.sign_in.account_walk import Walk, read_token

FOREIGN = "what the attacker has chosen"


def invite(walk: Walk) -> None:
    """Invite the person, and keep the link if it is shown."""
    walk.links.extend(filter(None, [walk.invite(walk.other)]))


def invite_again(walk: Walk) -> None:
    """Make another link."""
    answer = walk.other.boss.post(f"/v1/members/{walk.other.user_id or uuid4()}/invitation")
    walk.links.extend(filter(None, [read_token(answer.json().get("invitation_link"))]))


def look_at_links(walk: Walk) -> None:
    """See what the links say."""
    for link in walk.links:
        walk.post("/v1/auth/invitation", {"token": link})


def open_links(walk: Walk) -> None:
    """Accept in the person's place, with a password of the attacker's choice."""
    for link in walk.links:
        walk.post("/v1/auth/accept", {"token": link, "consent": True, "password": FOREIGN})


def sign_in(walk: Walk) -> None:
    """Sign in with that password, wherever it opens."""
    for workspace_id in (None, walk.other.workspace_id, walk.home.workspace_id):
        walk.keep(walk.log_in(FOREIGN, workspace_id, consent=workspace_id is not None))


def make_keys(walk: Walk) -> None:
    """Make keys as the person."""
    for token in tuple(walk.sessions):
        walk.keep(walk.post("/v1/me/keys", {"name": "kept"}, token))


def switch(walk: Walk) -> None:
    """Go on to the first organization."""
    for token in tuple(walk.sessions):
        body = {"workspace_id": str(walk.home.workspace_id), "consent": True}
        walk.keep(walk.post("/v1/sessions/switch", body, token))


def refresh(walk: Walk) -> None:
    """Renew sessions."""
    for token in tuple(walk.sessions.values()):
        walk.keep(walk.post("/v1/auth/refresh", {"refresh_token": token}))


def end_sessions(walk: Walk) -> None:
    """Sign the person out everywhere."""
    for token in tuple(walk.sessions):
        walk.anybody.delete("/v1/sessions", headers={"authorization": f"Bearer {token}"})


def change_password(walk: Walk) -> None:
    """Change the password for one that does the same."""
    for token in tuple(walk.sessions):
        for old, new in ((FOREIGN, f"{FOREIGN}!"), (f"{FOREIGN}!", FOREIGN)):
            walk.post("/v1/me/password", {"current_password": old, "new_password": new}, token)


def ask_for_reset(walk: Walk) -> None:
    """Ask for a new password in the person's name: the link goes to their mailbox, if anywhere."""
    walk.post("/v1/auth/password-reset", {"email": walk.email})


def suspend_and_reactivate(walk: Walk) -> None:
    """Suspend, and let in again."""
    for status in ("suspended", "active"):
        walk.other.boss.patch(f"/v1/members/{walk.other.user_id or uuid4()}", json={"status": status})


def promote(walk: Walk) -> None:
    """Make the person an owner."""
    walk.other.boss.patch(f"/v1/members/{walk.other.user_id or uuid4()}", json={"role": "owner"})


def remove(walk: Walk) -> None:
    """Revoke the invitation, or end the membership."""
    walk.other.boss.delete(f"/v1/members/{walk.other.user_id or uuid4()}")


def provision(walk: Walk) -> None:
    """Let the directory create the person, or take them over."""
    person = okta_user(walk.email, externalId=None)
    created = walk.other.directory.post("/Users", json=person).json()
    walk.other.user_id = created.get("id", walk.other.user_id)
    walk.other.directory.put(f"/Users/{walk.other.user_id or uuid4()}", json=person)


def turn_off_and_on(walk: Walk) -> None:
    """Let the directory deactivate and reactivate the person."""
    for active in (False, True):
        operation = {"op": "replace", "value": {"active": active}}
        patch(walk.other.directory, f"/Users/{walk.other.user_id or uuid4()}", operation)


def claim_the_address(walk: Walk) -> None:
    """Sign in at the provider as somebody else who says to have the address."""
    for organization in (walk.home, walk.other):
        walk.keep(walk.exchange(walk.place.issuer, uuid4().hex, organization.workspace_id, email=walk.email))


def use_another_provider(walk: Walk) -> None:
    """Present tokens of a provider of the attacker's own."""
    for subject in (walk.subject, uuid4().hex):
        claims = {"email": walk.email, "email_verified": True}
        walk.keep(walk.exchange(walk.place.stranger, subject, walk.home.workspace_id, **claims))


def require_single_sign_on(walk: Walk) -> None:
    """Require single sign-on, or no longer."""
    walk.place.owner.execute(
        "update app.workspace set sso_enforced = not sso_enforced where workspace_id = %s",
        (walk.other.workspace_id,),
    )


ACTS: tuple[Callable[[Walk], None], ...] = (
    invite,
    open_links,
    sign_in,
    make_keys,
    switch,
    look_at_links,
    invite_again,
    refresh,
    change_password,
    end_sessions,
    suspend_and_reactivate,
    promote,
    provision,
    turn_off_and_on,
    claim_the_address,
    use_another_provider,
    ask_for_reset,
    require_single_sign_on,
    remove,
)


def find_breaches(walk: Walk) -> list[str]:
    """What the attacker has reached in the first organization, or taken from the person there."""
    home, breaches = str(walk.home.workspace_id), list[str]()
    for act in (sign_in, switch, refresh, make_keys):
        act(walk)
    for token in (*walk.sessions, *walk.keys):
        me = walk.ask("/v1/me", token)
        if me.status_code != 200:
            continue
        if me.json()["workspace_id"] == home:
            breaches.append("a session or key in the first organization")
        if is_proven(walk):
            breaches.append("what was made before the person proved who they are goes on")
        if home in walk.ask("/v1/workspaces", token).text + walk.ask("/v1/sessions", token).text:
            breaches.append("the first organization is named")
    if walk.session is not None and walk.ask("/v1/me", walk.session).status_code != 200:
        breaches.append("the person was signed out")
    return breaches


def is_proven(walk: Walk) -> bool:
    """Whether the person has proven the address."""
    row = walk.place.owner.execute(
        "select proven_at is not null from app.users where email = %s", (walk.email,)
    ).fetchone()
    return row is not None and bool(row[0])
