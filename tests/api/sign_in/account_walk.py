"""Two organizations and a person: what an admin of the second does to come in as the person of the first."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx2
import psycopg

from bench.installation import wait_until
from causeloop_pipeline.storage.app.provisioning import offer_password_reset
from causeloop_pipeline.storage.app.tenants import add_member, create_service_key, create_user
from tests.api.conftest import NO_CERTIFICATES, Mailbox
from tests.api.directory.payloads import okta_user, patch
from tests.api.oidc_issuer import Issuer
from tests.conftest import new_workspace

OWN, FOREIGN = "the person's own password", "what the attacker has chosen"


@dataclass(frozen=True)
class Place:
    """Where walks take place: a server, its database, its mail, its identity provider, and a foreign one."""

    url: str
    owner: psycopg.Connection
    mailbox: Mailbox
    issuer: Issuer
    stranger: Issuer

    def connect(self, credential: str | None = None) -> httpx2.Client:
        """A client, with or without a credential."""
        headers = {"authorization": f"Bearer {credential}"} if credential else {}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=60, verify=NO_CERTIFICATES)


@dataclass
class Organization:
    """An organization with an owner's key and a directory."""

    workspace_id: UUID
    boss: httpx2.Client
    directory: httpx2.Client
    user_id: str = ""
    """The membership of the person, where there is one."""


@dataclass
class Walk:
    """One walk: its organizations, the person, and what the attacker holds."""

    place: Place
    email: str = field(default_factory=lambda: f"{uuid4().hex}@example.com")
    subject: str = field(default_factory=lambda: uuid4().hex)
    links: list[str] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)
    """The attacker's access tokens, each with what renews it."""

    keys: list[str] = field(default_factory=list)

    session: str | None = None
    """The person's own session in the first organization."""

    def __post_init__(self) -> None:
        self.home, self.other = self._found(), self._found()
        self.anybody = self.place.connect()

    def _found(self) -> Organization:
        workspace_id = new_workspace(self.place.owner, "enterprise")
        boss = self.place.connect(create_service_key(self.place.owner, workspace_id, "k", "owner"))
        directory = self.place.connect(boss.post("/v1/directory/token", json={}).json()["token"])
        directory.base_url = f"{self.place.url}/scim/v2"
        return Organization(workspace_id, boss, directory)

    def invite(self, organization: Organization, role: str = "admin") -> str | None:
        """Invite the person; the token of the link, where whoever invites sees it."""
        answer = organization.boss.post("/v1/members", json={"email": self.email, "role": role})
        organization.user_id = answer.json().get("user_id", organization.user_id)
        return read_token(answer.json().get("invitation_link"))

    def post(self, path: str, body: dict[str, Any], credential: str | None = None) -> httpx2.Response:
        """Post, never hindered by what was guessed before."""
        self.place.owner.execute("delete from app.login_failure")
        if credential is None:
            return self.anybody.post(path, json=body)
        return self.anybody.post(path, json=body, headers={"authorization": f"Bearer {credential}"})

    def log_in(self, password: str, workspace_id: UUID | None, consent: bool = False) -> httpx2.Response:
        """Sign in with a password."""
        named = {} if workspace_id is None else {"workspace_id": str(workspace_id)}
        return self.post(
            "/v1/auth/login", {"email": self.email, "password": password, "consent": consent, **named}
        )

    def exchange(self, issuer: Issuer, subject: str, workspace_id: UUID, **claims: Any) -> httpx2.Response:
        """Sign in with a token of an identity provider, and join."""
        body = {"token": issuer.token(subject, **claims), "workspace_id": str(workspace_id), "consent": True}
        return self.post("/v1/auth/exchange", body)

    def ask(self, path: str, credential: str) -> httpx2.Response:
        """Read with a credential."""
        return self.anybody.get(path, headers={"authorization": f"Bearer {credential}"})

    def keep(self, answer: httpx2.Response) -> None:
        """Keep what the attacker is given."""
        found = answer.json() if answer.status_code in (200, 201) else {}
        if "access_token" in found:
            self.sessions[found["access_token"]] = found["refresh_token"]
        if "key" in found:
            self.keys.append(found["key"])

    def read_mail(self) -> str | None:
        """The token of the first organization's newest link in the person's mailbox."""
        tokens = filter(None, map(read_token, reversed(self.place.mailbox.texts)))
        return next((each for each in tokens if self.home.workspace_id.hex in each), None)


def read_token(text: str | None) -> str | None:
    """The token of an invitation's link in a text."""
    return text.partition("#accept=")[2].split()[0] if text and "#accept=" in text else None


# How the person comes to the first organization.


def come_by_link(walk: Walk) -> None:
    """By the link, which went by mail or was passed on."""
    shown = walk.invite(walk.home)
    token = shown or wait_for_mail(walk)
    accepted = walk.post("/v1/auth/accept", {"token": token, "consent": True, "password": OWN})
    assert accepted.status_code == 200, accepted.text
    walk.session = enter(walk.log_in(OWN, walk.home.workspace_id))


def enter(answer: httpx2.Response) -> str:
    """The session that a sign-in began, as it must."""
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def wait_for_mail(walk: Walk) -> str | None:
    """The link that is on its way."""
    wait_until(lambda: walk.read_mail() is not None, 20)
    return walk.read_mail()


def come_by_provider(walk: Walk) -> None:
    """By an invitation and the identity provider."""
    walk.invite(walk.home)
    answer = walk.exchange(
        walk.place.issuer, walk.subject, walk.home.workspace_id, email=walk.email, email_verified=True
    )
    walk.session = enter(answer)


def come_by_link_and_provider(walk: Walk) -> None:
    """By the link first, and later by the identity provider."""
    come_by_link(walk)
    come_by_provider(walk)


def come_by_directory(walk: Walk) -> None:
    """By the directory of the first organization, and the identity provider."""
    walk.home.directory.post("/Users", json=okta_user(walk.email, externalId=None))
    come_by_provider(walk)


def come_by_operator(walk: Walk) -> None:
    """Made a member by the operator, whose link sets a password."""
    add_member(
        walk.place.owner,
        walk.home.workspace_id,
        create_user(walk.place.owner, walk.email, "Person"),
        "admin",
    )
    token = offer_password_reset(walk.place.owner, walk.email)
    walk.post("/v1/auth/password", {"token": token, "password": OWN})
    walk.session = enter(walk.log_in(OWN, walk.home.workspace_id, consent=True))


def be_invited(walk: Walk) -> None:
    """Invited, and not there yet."""
    walk.invite(walk.home)


def be_suspended(walk: Walk) -> None:
    """Come, and suspended."""
    come_by_link(walk)
    walk.home.boss.patch(f"/v1/members/{walk.home.user_id}", json={"status": "suspended"})
    walk.session = None


ARRIVALS: tuple[Callable[[Walk], None], ...] = (
    be_invited,
    be_suspended,
    come_by_directory,
    come_by_link,
    come_by_link_and_provider,
    come_by_operator,
    come_by_provider,
)

# What the admin of the second organization does.


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


# What must hold at the end.


def find_breaches(walk: Walk) -> list[str]:
    """What the attacker has reached in the first organization, or taken from the person there."""
    home, found = str(walk.home.workspace_id), list[str]()
    for act in (sign_in, switch, refresh, make_keys):
        act(walk)
    for token in (*walk.sessions, *walk.keys):
        me = walk.ask("/v1/me", token)
        if me.status_code != 200:
            continue
        if me.json()["workspace_id"] == home:
            found.append("a session or key in the first organization")
        if is_proven(walk):
            found.append("what was made before the person proved who they are goes on")
        if home in walk.ask("/v1/workspaces", token).text + walk.ask("/v1/sessions", token).text:
            found.append("the first organization is named")
    if walk.session is not None and walk.ask("/v1/me", walk.session).status_code != 200:
        found.append("the person was signed out")
    return found


def is_proven(walk: Walk) -> bool:
    """Whether the person has proven the address."""
    row = walk.place.owner.execute(
        "select proven_at is not null from app.users where email = %s", (walk.email,)
    ).fetchone()
    return row is not None and bool(row[0])
