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
from tests.api.directory.payloads import okta_user
from tests.api.oidc_issuer import Issuer
from tests.conftest import new_workspace

OWN = "the person's own password"


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
        self.home, self.other = self._create_organization(), self._create_organization()
        self.anybody = self.place.connect()

    def _create_organization(self) -> Organization:
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
        """Keep what the attacker gets."""
        tokens = answer.json() if answer.status_code in (200, 201) else {}
        if "access_token" in tokens:
            self.sessions[tokens["access_token"]] = tokens["refresh_token"]
        if "key" in tokens:
            self.keys.append(tokens["key"])

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
    visible = walk.invite(walk.home)
    token = visible or wait_for_mail(walk)
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
