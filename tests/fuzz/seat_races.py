"""Twenty-four people accept at once, and five seats are free."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any
from uuid import uuid4

import httpx2
import psycopg

from causeloop_pipeline.storage.app.provisioning import format_invitation
from causeloop_pipeline.storage.app.tenants import create_user, hash_key
from tests.api.sample import HASHER, PASSWORD
from tests.conftest import new_workspace
from tests.fuzz.in_process import InProcessApi

PEOPLE, SEATS = 24, 5
MAX_TRIES = 200
BUSY = {429, 503}
INSERT_MEMBERSHIP = """
insert into app.membership (workspace_id, user_id, role, status) values (%s, %s, 'viewer', 'invited')
"""
INSERT_INVITATION = """
insert into app.invitation (workspace_id, user_id, token_hash, invited_by) values (%s, %s, %s, 'race')
"""
UPDATE_SEATS = """
update app.organization set seats_total = %s
where organization_id = (select organization_id from app.workspace where workspace_id = %s)
returning organization_id
"""


AcceptAll = Callable[[list[str]], list[int]]
"""Presents all tokens at once; the status of each."""


def race_for_seats(owner: psycopg.Connection, accept_all: AcceptAll) -> tuple[Counter[int], int]:
    """How many accepts ended with which status, and how many seats are taken afterwards."""
    tokens = []
    with owner.transaction():
        workspace = new_workspace(owner)
        row = owner.execute(UPDATE_SEATS, (SEATS, workspace)).fetchone()
        for _ in range(PEOPLE):
            user = create_user(owner, f"{uuid4().hex}@example.com", "Racer", _hash_password())
            owner.execute(INSERT_MEMBERSHIP, (workspace, user))
            secret = uuid4().hex
            owner.execute(INSERT_INVITATION, (workspace, user, hash_key(secret)))
            tokens.append(format_invitation(workspace, secret))
    statuses = Counter(accept_all(tokens))
    taken = owner.execute("select seats_taken from app.organization where organization_id = %s", row)
    return statuses, (taken.fetchone() or (0,))[0]


def accept_by_http(url: str, tokens: list[str]) -> list[int]:
    """Accept at a server, by a thread each; again while too many hash at once."""

    def accept(token: str) -> int:
        for _ in range(MAX_TRIES):
            response = client.post("/v1/auth/accept", json=make_acceptance(token))
            if response.status_code not in BUSY:
                break
        return response.status_code

    with httpx2.Client(base_url=url, timeout=60) as client, ThreadPoolExecutor(PEOPLE) as pool:
        return list(pool.map(accept, tokens))


def accept_in_process(api: InProcessApi, tokens: list[str]) -> list[int]:
    """Accept at an application in this process, all at once; again while too many hash at once."""
    statuses: dict[str, int] = dict.fromkeys(tokens, 429)
    for _ in range(MAX_TRIES):
        waiting = [token for token, status in statuses.items() if status in BUSY]
        requests = [(None, "POST", "/v1/auth/accept", make_acceptance(token)) for token in waiting]
        answers = api.send_at_once(requests)
        statuses |= {token: answer.status for token, answer in zip(waiting, answers, strict=True)}
        if not BUSY & set(statuses.values()):
            break
    return list(statuses.values())


def make_acceptance(token: str) -> dict[str, Any]:
    """The body of an accept."""
    return {"token": token, "consent": True, "password": PASSWORD}


@cache
def _hash_password() -> str:
    return HASHER.hash(PASSWORD)
