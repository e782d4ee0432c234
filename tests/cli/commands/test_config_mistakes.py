"""What is wrong with a configuration file is named with its line and cure, and nothing is changed."""

import os
import re
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from tests.cli.commands.configured import CONFIGURATION, NEWLINE, count_rows, file, run
from tests.conftest import new_workspace

__all__ = ["file"]


@pytest.mark.parametrize(
    ("before", "after", "explained"),
    [
        (
            "poll_interval_seconds: 600",
            "poll_seconds: 600",
            "unknown key: leave it out, or use one of name",
        ),
        ("poll_interval_seconds: 600", "poll_interval_seconds: 5", "greater than or equal to 60"),
        ("type: jira", "type: jirra", "'jirra' is not a connector type"),
        ("site: acme", "sites: acme", "no such field; the fields are"),
        ("{env: TRACKER_EMAIL}", "{env: NOT_SET_HERE}", "NOT_SET_HERE is not set: set it"),
        ("{file: tracker.token}", "{file: no.token}", "cannot be read"),
        (
            "email: {env: TRACKER_EMAIL}",
            "email: ops@acme.example",
            "no secret may stand here: name its place, env: VARIABLE or file: PATH",
        ),
        ("role: viewer", "role: guest", "'viewer', 'analyst', 'admin' or 'owner'"),
        ("name: Our own", "name: Work tracker", "is there twice"),
        ("timezone: Europe/Berlin", "timezone: Mars/Base", "not a time zone"),
        ("version: 1", "version: 2", "should be 1"),
        ("type: slack", "type: pager", "does not match any of the expected tags"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_cure_and_nothing_is_changed(
    owner: psycopg.Connection,
    workspace_id: UUID,
    file: Path,
    before: str,
    after: str,
    explained: str,
) -> None:
    text = CONFIGURATION.replace(before, after, 1)
    line = text[: text.rindex(after)].count("\n") + 1
    file.write_text(text)

    refused = run("apply", workspace_id, file)

    assert refused.exit_code == 1
    assert f"{file}:{line}: " in refused.stderr, refused.stderr
    assert explained in refused.stderr
    assert set(count_rows(owner, workspace_id).values()) == {0}


@pytest.mark.parametrize("kind", ["absolute", "above", "link", "linked folder", "pipe"])
def test_no_file_outside_the_folder_of_the_configuration_is_read(
    owner: psycopg.Connection,
    workspace_id: UUID,
    file: Path,
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "settings.json"
    outside.write_text("the secret of another installation")
    (file.parent / "link").symlink_to(outside)
    (file.parent / "folder").symlink_to(outside.parent)
    os.mkfifo(file.parent / "pipe")
    named = {
        "absolute": str(outside),
        "above": f"../{outside.parent.name}/settings.json",
        "link": "link",
        "linked folder": "folder/settings.json",
        "pipe": "pipe",
    }[kind]
    file.write_text(CONFIGURATION.replace("tracker.token", named, 1))

    for command in ("plan", "apply"):
        refused = run(command, workspace_id, file)

        assert refused.exit_code == 1
        assert re.search("put it there|put the file itself|name one that holds", refused.stderr)
    assert set(count_rows(owner, workspace_id).values()) == {0}


def test_what_the_api_would_refuse_is_refused_whole_and_every_refusal_is_named(
    owner: psycopg.Connection, file: Path
) -> None:
    free = new_workspace(owner, "free")
    line = CONFIGURATION[: CONFIGURATION.index("name: Payments")].count(NEWLINE) + 1

    refused = run("apply", free, file)

    assert refused.exit_code == 1
    refusal = "alert_rules[0]: alert rule Payments: the free plan does not include alerts"
    assert f"{file}:{line}: {refusal}" in refused.stderr
    assert set(count_rows(owner, free).values()) == {0}
