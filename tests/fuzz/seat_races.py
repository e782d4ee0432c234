"""Twenty-four people accept at once, and five seats are free."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx2
import psycopg

from causeloop_pipeline.storage.app.provisioning import format_invitation
from causeloop_pipeline.storage.app.tenants import create_user, hash_key
from tests.api.sample import HASHER, PASSWORD
from tests.conftest import new_workspace

PEOPLE, SEATS = 24, 5
MAX_TRIES = 200
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


def race_for_seats(owner: psycopg.Connection, url: str) -> tuple[Counter[int], int]:
    """How many accepts ended with which status, and how many seats are taken afterwards."""
    workspace = new_workspace(owner)
    row = owner.execute(UPDATE_SEATS, (SEATS, workspace)).fetchone()
    tokens = []
    for _ in range(PEOPLE):
        user = create_user(owner, f"{uuid4().hex}@example.com", "Racer", HASHER.hash(PASSWORD))
        owner.execute(INSERT_MEMBERSHIP, (workspace, user))
        secret = uuid4().hex
        owner.execute(INSERT_INVITATION, (workspace, user, hash_key(secret)))
        tokens.append(format_invitation(workspace, secret))
    with httpx2.Client(base_url=url, timeout=60) as client, ThreadPoolExecutor(PEOPLE) as pool:
        statuses = Counter(pool.map(lambda token: _accept(client, token), tokens))
    taken = owner.execute("select seats_taken from app.organization where organization_id = %s", row)
    return statuses, (taken.fetchone() or (0,))[0]


def _accept(client: httpx2.Client, token: str) -> int:
    """The status of an accept, which is repeated while too many hash at once."""
    body = {"token": token, "consent": True, "password": PASSWORD}
    for _ in range(MAX_TRIES):
        response = client.post("/v1/auth/accept", json=body)
        if response.status_code not in {429, 503}:
            break
    return response.status_code
