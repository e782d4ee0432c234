"""The audit log: every change, sign-in and export, readable for admins."""

import json
from uuid import uuid4

import psycopg

from causeloop_pipeline.storage.app.tenants import create_service_key
from tests.api.conftest import Client
from tests.api.people import new_person, sign_in
from tests.api.sample import Sample
from tests.conftest import new_workspace


def test_changes_sign_ins_and_exports_are_recorded_with_actor_and_address(
    client: Client, owner: psycopg.Connection
) -> None:
    workspace_id = new_workspace(owner)
    user_id, email = new_person(owner, workspace_id, "owner")
    api = client(sign_in(client(), email).json()["access_token"])
    issue = api.post("/v1/issues", json={"title": "It broke"}).json()
    api.patch(f"/v1/issues/{issue['id']}", json={"status": "mitigating"})
    api.patch("/v1/workspace", json={"name": "After"})
    api.get("/v1/export")
    api.post("/v1/workspace/onboarding/skip", json={"step": "invite_members"})
    api.post("/v1/ingest/events", json={"title": "It broke", "external_id": "e"})

    entries = api.get("/v1/audit", params={"sort": "at"}).json()["data"]

    actions = [entry["action"] for entry in entries]
    assert actions[0] == "session.started"
    assert {"create_issue", "update_issue", "workspace.updated", "export_data"} < set(actions)
    assert "skip_onboarding_step" in actions
    assert "ingest_event" not in actions
    assert {(entry["actor"], entry["address"]) for entry in entries} == {(f"user:{user_id}", "127.0.0.1")}
    assert None not in {entry["actor_name"] for entry in entries}
    assert (actions[0], entries[0]["subject_name"]) == ("session.started", entries[0]["actor_name"])
    (renamed,) = [entry for entry in entries if entry["action"] == "workspace.updated"]
    assert (renamed["details"]["before"]["name"], renamed["details"]["after"]) != ("After", {})
    assert renamed["details"]["after"] == {"name": "After"}


def test_an_invitation_and_what_becomes_of_it_are_recorded_with_the_roles(
    client: Client, owner: psycopg.Connection
) -> None:
    workspace_id = new_workspace(owner)
    member_id, _ = new_person(owner, workspace_id)
    api = client(create_service_key(owner, workspace_id, "a", "admin"))

    invited = api.post("/v1/members", json={"email": f"{uuid4().hex}@example.com", "role": "analyst"}).json()
    changed = api.patch(f"/v1/members/{member_id}", json={"role": "analyst"})
    absent = api.patch(f"/v1/members/{uuid4()}", json={"role": "analyst"})
    entries = api.get("/v1/audit", params={"sort": "at"}).json()["data"]
    onboarding = api.get("/v1/workspace").json()["onboarding"]

    assert (changed.json()["role"], absent.status_code) == ("analyst", 404)
    assert [(entry["action"], entry["subject"], entry["details"]) for entry in entries] == [
        ("member.invited", f"user:{invited['user_id']}", {"role": "analyst"}),
        ("member.updated", f"user:{member_id}", {"role": "analyst"}),
    ]
    assert "invite_members" in onboarding["completed_steps"]


def test_a_refused_change_leaves_no_entry_and_nobody_below_admin_reads_them(
    client: Client, owner: psycopg.Connection, sample: Sample
) -> None:
    workspace_id = new_workspace(owner)
    admin = client(create_service_key(owner, workspace_id, "a", "admin"))
    viewer = client(create_service_key(owner, workspace_id, "v", "viewer"))

    viewer.post("/v1/issues", json={"title": "x"})
    admin.post("/v1/issues", json={"title": ""})
    admin.patch("/v1/workspace/settings", json={"audit_days": 10})

    assert viewer.get("/v1/audit").status_code == 403
    assert admin.get("/v1/audit").json()["data"] == []


def test_entries_are_filtered_paged_and_exported(client: Client, owner: psycopg.Connection) -> None:
    api = client(create_service_key(owner, new_workspace(owner), "a", "admin"))
    for days in (400, 500, 600):
        api.patch("/v1/workspace/settings", json={"audit_days": days})
    api.post("/v1/issues", json={"title": "x"})

    changed = api.get("/v1/audit", params={"action": "settings.updated", "limit": 2}).json()
    rest = api.get(
        "/v1/audit",
        params={"action": "settings.updated", "limit": 2, "cursor": changed["page"]["next_cursor"]},
    ).json()
    future = api.get("/v1/audit", params={"at_from": "2100-01-01T00:00:00Z"}).json()
    lines = api.get("/v1/export", params={"entity": "audit"}).text.splitlines()

    settings = [entry["details"]["audit_days"] for entry in changed["data"] + rest["data"]]
    assert settings == [600, 500, 400]
    assert future["data"] == []
    assert {json.loads(line)["action"] for line in lines} >= {"settings.updated", "create_issue"}
