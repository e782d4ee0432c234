"""`causeloop config`: one file holds a workspace's configuration; it is compared, applied and exported."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import yaml
from jsonschema import Draft202012Validator

from api.configuration.file_schema import build_json_schema
from causeloop_pipeline.storage.app.tenants import add_member, create_user
from causeloop_pipeline.storage.database.session import Database
from tests.api.sample import Sample, make_sample
from tests.api.sample_slack import SAMPLE_SECRET
from tests.cli.commands.configured import CONFIGURATION, SECRETS, TOKEN, count_rows, file, run
from tests.conftest import new_workspace

__all__ = ["file"]

SCHEMA = build_json_schema()


def read_audit(owner: psycopg.Connection, workspace_id: UUID) -> list[tuple[str, str]]:
    with owner.transaction():
        owner.execute("select set_config('causeloop.scope', %s, true)", (f"{{{workspace_id}}}",))
        return owner.execute(
            "select actor, action from app.audit_log where workspace_id = %s order by action", (workspace_id,)
        ).fetchall()


def test_a_plan_says_what_would_change_and_changes_nothing(
    workspace_id: UUID, owner: psycopg.Connection, file: Path
) -> None:
    planned = run("plan", workspace_id, file, "--exit-code")

    assert planned.exit_code == 3, planned.output
    for line in (
        "~ workspace",
        "    timezone: UTC → Europe/Berlin",
        "    proof_window_days: 30 → 45",
        "+ connector Work tracker",
        "    credentials.api_token: (secret)",
        "+ alert rule Payments",
        "    channels: webhook https://hooks.acme.example/alerts, slack (secret)",
        "+ member ada@config.example",
        "5 to create, 2 to change, 0 to delete",
    ):
        assert line in planned.stdout.splitlines(), planned.stdout
    assert set(count_rows(owner, workspace_id).values()) == {0}
    for secret in (*SECRETS.values(), TOKEN):
        assert secret not in planned.output


def test_applied_twice_it_changes_nothing_and_every_change_is_in_the_audit_log(
    workspace_id: UUID, owner: psycopg.Connection, file: Path
) -> None:
    first = run("apply", workspace_id, file)
    rows = count_rows(owner, workspace_id)
    second, planned = run("apply", workspace_id, file), run("plan", workspace_id, file, "--exit-code")

    assert first.exit_code == 0, first.output
    assert "5 to create, 2 to change, 0 to delete" in first.stdout
    assert "signing secret of alert rule Payments, channel 1: whsec_" in first.stdout
    assert "invitation of ada@config.example, for seven days: http" in first.stdout
    assert (second.exit_code, second.stdout) == (0, "nothing has changed\n")
    assert (planned.exit_code, planned.stdout) == (0, "nothing would change\n")
    assert count_rows(owner, workspace_id) == rows
    assert read_audit(owner, workspace_id) == [
        ("operator", action)
        for action in (
            "alert_rule.created",
            "connector.created",
            "connector.created",
            "member.invited",
            "member.invited",
            "member.updated",
            "settings.updated",
            "workspace.updated",
        )
    ]


def test_an_export_applied_to_an_empty_workspace_exports_the_same_bytes(
    owner: psycopg.Connection, workspace_id: UUID, file: Path, tmp_path: Path
) -> None:
    user_id = create_user(owner, f"owner-{workspace_id}@config.example", "Owner")
    empty = new_workspace(owner)
    for workspace in (workspace_id, empty):
        add_member(owner, workspace, user_id, "owner")
    assert run("apply", workspace_id, file).exit_code == 0
    exported = run("export", workspace_id)
    copy = tmp_path / "copy.yaml"
    copy.write_text(exported.stdout)
    values = {
        "WORK_TRACKER_EMAIL": SECRETS["TRACKER_EMAIL"],
        "WORK_TRACKER_API_TOKEN": TOKEN,
        "WORK_TRACKER_WEBHOOK_SECRET": SECRETS["TRACKER_SIGNATURE"],
        "OUR_OWN_WEBHOOK_SECRET": "another-signature-it-is",
        "PAYMENTS_CHANNEL_2_URL": SECRETS["CHAT_URL"],
    }

    applied = run("apply", empty, copy, **values)

    assert applied.exit_code == 0, applied.output
    assert run("export", empty).stdout == exported.stdout
    assert run("apply", empty, copy, **values).stdout == "nothing has changed\n"
    Draft202012Validator(SCHEMA).validate(yaml.safe_load(exported.stdout))
    for secret in (*SECRETS.values(), TOKEN):
        assert secret not in exported.stdout


def test_a_workspace_with_rows_of_every_kind_can_be_exported_and_planned(
    owner: psycopg.Connection, database: Database, tmp_path: Path
) -> None:
    sample: Sample = make_sample(owner, database)
    path = tmp_path / "sample.yaml"

    exported = run("export", sample.workspace_id, "-o", path)

    assert exported.exit_code == 0, exported.output
    references = dict.fromkeys(find_variables(yaml.safe_load(path.read_text())), SAMPLE_SECRET)
    assert run("plan", sample.workspace_id, path, **references).exit_code == 0


def find_variables(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["env"]} if set(value) == {"env"} else set()
        return own.union(*map(find_variables, value.values()))
    return set().union(*map(find_variables, value)) if isinstance(value, list) else set()


def test_an_export_plans_nothing_on_the_spot_though_no_secret_is_at_hand(
    workspace_id: UUID, file: Path, tmp_path: Path
) -> None:
    assert run("apply", workspace_id, file).exit_code == 0
    exported = tmp_path / "exported.yaml"
    unset = dict.fromkeys(SECRETS, "")

    assert run("export", workspace_id, "-o", exported).exit_code == 0
    planned = run("plan", workspace_id, exported, "--exit-code", **unset)
    again = run("apply", workspace_id, exported, **unset)

    assert (planned.exit_code, planned.stdout) == (0, "nothing would change\n"), planned.output
    assert (again.exit_code, again.stdout) == (0, "nothing has changed\n")


def test_only_prune_deletes_what_a_section_does_not_mention(
    owner: psycopg.Connection, workspace_id: UUID, file: Path
) -> None:
    assert run("apply", workspace_id, file).exit_code == 0
    before = count_rows(owner, workspace_id)
    file.write_text("connectors: []\nmembers:\n  - {email: ada@config.example, role: admin}\n")

    unchanged = run("apply", workspace_id, file)

    assert "nothing has changed; not mentioned and kept (--prune deletes): " in unchanged.stdout
    assert "connector Our own, connector Work tracker, member bob@config.example" in unchanged.stdout
    assert count_rows(owner, workspace_id) == before
    pruned = run("apply", workspace_id, file, "--prune")
    assert pruned.exit_code == 0, pruned.output
    assert "0 to create, 0 to change, 3 to delete" in pruned.stdout
    after = count_rows(owner, workspace_id)
    assert (after["app.connector"], after["app.membership"], after["notify.alert_rule"]) == (0, 1, 1)


def test_changed_secrets_and_fields_are_found_and_set(
    owner: psycopg.Connection, workspace_id: UUID, file: Path
) -> None:
    assert run("apply", workspace_id, file).exit_code == 0
    file.write_text(
        CONFIGURATION.replace("project = OPS", "project = WEB")
        .replace("paused: true", "paused: false")
        .replace("0.8", "0.9")
        .replace("role: admin", "role: analyst")
    )
    changed = {"TRACKER_EMAIL": "new@acme.example", "CHAT_URL": "https://chat.acme.example/services/new"}

    applied = run("apply", workspace_id, file, **changed)

    assert applied.exit_code == 0, applied.output
    for line in (
        "    config.filter: project = OPS → project = WEB",
        "    credentials.email: (secret) → new (secret)",
        "    paused: True → False",
        "    probability_threshold: 0.8 → 0.9",
        "    role: admin → analyst",
    ):
        assert line in applied.stdout.splitlines(), applied.stdout
    assert run("apply", workspace_id, file, **changed).stdout == "nothing has changed\n"
    assert (
        "1 to change"
        in run(
            "plan", workspace_id, file, TRACKER_EMAIL="old@acme.example", CHAT_URL=changed["CHAT_URL"]
        ).stdout
    )


def test_generated_secrets_go_to_a_file_of_the_user_alone_where_one_is_named(
    workspace_id: UUID, file: Path, tmp_path: Path
) -> None:
    secrets = tmp_path / "new.json"

    applied = run("apply", workspace_id, file, "--secrets", secrets)

    assert applied.exit_code == 0, applied.output
    assert "whsec_" not in applied.stdout
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert any(value.startswith("whsec_") for value in json.loads(secrets.read_text()).values())
    assert run("apply", workspace_id, file, "--secrets", secrets).exit_code == 2


def test_the_printed_schema_is_a_json_schema_that_accepts_what_the_code_accepts() -> None:
    printed = json.loads(run("schema").stdout)

    assert printed == SCHEMA
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(yaml.safe_load(CONFIGURATION))
    assert not Draft202012Validator(SCHEMA).is_valid({"conectors": []})
