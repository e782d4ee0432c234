"""Has the demo's analysts upload their post-mortems by the API, and confirm which pattern each is about."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from causeloop_pipeline.cli.demo_fixes import find_pattern
from causeloop_pipeline.demo.causes import read_demo_workspaces
from causeloop_pipeline.demo.postmortems import StoryPostmortem, list_postmortems
from causeloop_pipeline.demo.server import load_epoch
from causeloop_pipeline.demo.story import StoryFix
from causeloop_pipeline.demo.tenants import DEMO_PASSWORD, USERS
from causeloop_pipeline.storage.database.session import Database

TIMEOUT_SECONDS = 30.0


def import_demo_postmortems(
    database: Database, api_url: str, workspaces: Mapping[str, UUID], state_dir: Path
) -> list[StoryFix]:
    """Import what is not yet there; returns the fixes that are claimed by it.

    Raises httpx2.HTTPError where the API does not take them.
    """
    epoch = load_epoch(state_dir, datetime.now(UTC).date())
    claimed: list[StoryFix] = []
    for slug, workspace_id in workspaces.items():
        documents = list_postmortems(slug, epoch)
        if not documents:
            continue
        with httpx2.Client(base_url=api_url, timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            _sign_in(client, slug, workspace_id)
            there = {
                row["file_name"] for row in _ask(client, "GET", "/v1/postmortems?status=imported")["data"]
            }
            for document in documents:
                with database.workspace(workspace_id) as session:
                    pattern_id = find_pattern(session, workspace_id, document.fix, epoch)
                if pattern_id is not None and document.file_name not in there:
                    _import(client, document, pattern_id)
                    claimed.append(document.fix)
    return claimed


def _sign_in(client: httpx2.Client, slug: str, workspace_id: UUID) -> None:
    organization = read_demo_workspaces()[slug].organization
    analyst = next(user for user in USERS if (user.organization, user.role) == (organization, "analyst"))
    body = {"email": analyst.email, "password": DEMO_PASSWORD, "workspace_id": str(workspace_id)}
    token = _ask(client, "POST", "/v1/auth/login", json=body)["access_token"]
    client.headers["authorization"] = f"Bearer {token}"


def _import(client: httpx2.Client, document: StoryPostmortem, pattern_id: UUID) -> None:
    parameters = {"name": document.file_name}
    draft = _ask(client, "POST", "/v1/postmortems", content=document.text.encode(), params=parameters)
    path = f"/v1/postmortems/{draft['id']}"
    _ask(client, "PATCH", path, json={"pattern_ids": [str(pattern_id)]})
    _ask(client, "POST", f"{path}/import")


def _ask(client: httpx2.Client, method: str, path: str, **sent: Any) -> dict[str, Any]:
    answer = client.request(method, path, **sent)
    answer.raise_for_status()
    return dict(answer.json())
