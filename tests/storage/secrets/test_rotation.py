"""A master key is replaced while servers run, and a kill at any point of it loses no secret."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from causeloop_pipeline.settings import PROCESS_VARIABLE, Settings, settings, temporary_variables
from causeloop_pipeline.storage.app.connector_credentials import CREDENTIALS, open_credentials
from causeloop_pipeline.storage.app.connectors import WEBHOOK_SECRETS, NewConnector, create_connector
from causeloop_pipeline.storage.app.tenants import create_organization, create_workspace
from causeloop_pipeline.storage.app.vault import WITHOUT_ENVELOPE, Vault
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.embedded import settings_files
from causeloop_pipeline.storage.embedded.settings_files import read_settings, write_settings
from causeloop_pipeline.storage.notify.outbox import CHANNEL_SECRETS
from causeloop_pipeline.storage.secrets import rotation, sealed_columns
from causeloop_pipeline.storage.secrets.key_ring import open_vault, read_keys
from causeloop_pipeline.storage.secrets.rotation import rotate_master_key
from causeloop_pipeline.storage.secrets.sealed_columns import SEALED_COLUMNS
from tests.conftest import Installation
from tests.orchestration.alerting import SECRET, make_rule
from tests.storage.own_installation import OwnInstallation, own_installation

SERVERS = ("api", "pipeline")
TOKEN, SIGNING = {"api_token": "token of the tool"}, {"current": "secret of the webhook"}
UNSEALED = {
    ("app.idempotency_key", "sealed_response"),
    ("detect.grouping_state", "pattern_index"),
    ("app.upload", "content"),
    ("app.workspace_archive_part", "content"),
    ("detect.pattern_index_part", "content"),
    ("detect.occurrence_month", "content"),
    ("detect.later_occurrence", "content"),
    ("detect.vector_space", "projection"),
    ("detect.vector_space", "centres"),
    ("detect.text_vector", "vector"),
    ("raw.quarantine", "payload"),
}
"""Hashes, own data, and responses that are deleted within a day."""


class Stored:
    """One connector and one rule, whose three secrets every server must always be able to read."""

    def __init__(self, own: OwnInstallation) -> None:
        self.own = own
        with psycopg.connect(own.owner_url, autocommit=True) as owner:
            organization_id = create_organization(owner, "acme", "Acme", "growth", 5)
            self.workspace_id = create_workspace(owner, organization_id, "main", "Main", "UTC")
        self.connector_id = uuid4()
        new = NewConnector(
            workspace_id=self.workspace_id,
            connector_id=self.connector_id,
            connector_type="pagerduty",
            display_name="Pager",
            config={},
            credentials=TOKEN,
            webhook_secrets=SIGNING,
        )
        with own.database.workspace(self.workspace_id) as session:
            create_connector(session, open_vault(), new)
        self.rule_id = make_rule(own.database, open_vault(), self.workspace_id)

    def open_as(self, process: str) -> list[dict[str, str]]:
        """The three secrets, read with the keys that a server finds now."""
        with temporary_variables({PROCESS_VARIABLE: process}):
            config = Settings()
        key, *accepted = read_keys(config)
        vault = Vault(key, tuple(accepted))
        with self.own.database.workspace(self.workspace_id) as session:
            connector, rule = self.row(session, "app.connector"), self.row(session, "notify.alert_rule")
        return [
            open_credentials(vault, connector),
            vault.open(connector["webhook_secrets"], self.workspace_id, self.connector_id, WEBHOOK_SECRETS),
            vault.open(rule["channel_secrets"], self.workspace_id, self.rule_id, CHANNEL_SECRETS),
        ]

    def row(self, session: Session, table: str) -> dict[str, Any]:
        row = session.row(f"select * from {table}")
        assert row is not None
        return row


@pytest.fixture(scope="module")
def own(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnInstallation]:
    with own_installation(installation, tmp_path_factory.mktemp("own")) as made:
        yield made


@pytest.fixture(scope="module")
def stored(own: OwnInstallation) -> Stored:
    return Stored(own)


ALL = [TOKEN, SIGNING, {"0.secret": SECRET}]


def test_secrets_are_read_after_the_key_is_replaced_and_the_old_key_reads_none(
    own: OwnInstallation, stored: Stored
) -> None:
    before = Vault.of(settings().require("secret_key"))

    report = rotate_master_key(own.state_dir, own.database, is_old_revoked=True)

    assert (report.is_resumed, report.rewrapped, report.unreadable) == (False, 3, ())
    assert open_vault().key != before.key
    assert [stored.open_as(server) for server in SERVERS] == [ALL, ALL]
    assert len(read_keys()) == 1
    with own.database.workspace(stored.workspace_id) as session:
        sealed = stored.row(session, "app.connector")["webhook_secrets"]
    with pytest.raises(ValueError, match="cannot be decrypted"):
        before.open(sealed, stored.workspace_id, stored.connector_id, WEBHOOK_SECRETS)


def test_a_server_that_runs_finds_the_new_key_without_a_restart(own: OwnInstallation, stored: Stored) -> None:
    held = open_vault()

    rotate_master_key(own.state_dir, own.database, is_old_revoked=True)

    with own.database.workspace(stored.workspace_id) as session:
        connector = stored.row(session, "app.connector")
    assert open_credentials(held, connector) == TOKEN
    assert open_vault().key != held.key


def test_what_the_old_key_signed_is_accepted_for_a_day(own: OwnInstallation) -> None:
    old = read_keys()[0]

    rotate_master_key(own.state_dir, own.database)

    assert old in read_keys()
    entries = read_settings(own.state_dir)["accepted_secret_keys"].split(",")
    write_settings(
        own.state_dir,
        {
            **read_settings(own.state_dir),
            "accepted_secret_keys": ",".join(
                f"{entry.partition('@')[0]}@2026-01-01T00:00+00:00" for entry in entries
            ),
        },
    )
    assert old not in read_keys()


def test_secrets_of_an_earlier_version_come_into_envelopes(own: OwnInstallation, stored: Stored) -> None:
    key = read_keys()[0]
    row = (stored.workspace_id, stored.connector_id)
    bare = _seal_without_envelope(key, TOKEN, *row, CREDENTIALS, "https://api.pagerduty.com:443")
    with own.database.workspace(stored.workspace_id) as session:
        origin_bound = open_credentials(
            Vault(key), {**stored.row(session, "app.connector"), "credentials": bare}
        )
        session.execute("update app.connector set credentials = %s", (bare,))

    report = rotate_master_key(own.state_dir, own.database)

    assert origin_bound == TOKEN
    assert (report.rewrapped, report.unreadable) == (3, ())
    assert stored.open_as("api") == ALL


def _seal_without_envelope(
    key: bytes, secrets: dict[str, str], workspace_id: UUID, row_id: UUID, purpose: str, origin: str
) -> bytes:
    nonce = b"n" * 12
    bound_to = f"{workspace_id}|{row_id}|{purpose}|{origin}".encode()
    return WITHOUT_ENVELOPE + nonce + AESGCM(key).encrypt(nonce, json.dumps(secrets).encode(), bound_to)


def test_a_secret_that_no_key_opens_is_named_and_left_as_it_is(own: OwnInstallation, stored: Stored) -> None:
    foreign = Vault(b"f" * 32).seal(SIGNING, stored.workspace_id, stored.connector_id, WEBHOOK_SECRETS)
    with own.database.workspace(stored.workspace_id) as session:
        good = stored.row(session, "app.connector")["webhook_secrets"]
        session.execute("update app.connector set webhook_secrets = %s", (foreign,))

    report = rotate_master_key(own.state_dir, own.database)

    assert report.rewrapped == 2
    assert [str(stored.connector_id) in reason for reason in report.unreadable] == [True]
    with own.database.workspace(stored.workspace_id) as session:
        assert bytes(stored.row(session, "app.connector")["webhook_secrets"]) == foreign
        session.execute("update app.connector set webhook_secrets = %s", (good,))
    rotate_master_key(own.state_dir, own.database)


def test_a_kill_loses_no_secret_and_the_next_run_finishes(own: OwnInstallation, stored: Stored) -> None:
    kill_at_each(own, stored, every=9)


def test_a_kill_at_any_line_loses_no_secret_and_the_next_run_finishes(
    own: OwnInstallation, stored: Stored
) -> None:
    kill_at_each(own, stored, every=1)


def kill_at_each(own: OwnInstallation, stored: Stored, *, every: int) -> None:
    """Rotate, die at each line or at some of them, and rotate again: nothing may be lost at any time."""

    def rotate() -> None:
        rotate_master_key(own.state_dir, own.database, is_old_revoked=True)

    lines = _trace_lines(rotate)
    for line in lines[::every]:
        key_before = read_keys()[0]
        _kill_at(line, rotate)
        assert [stored.open_as(server) for server in SERVERS] == [ALL, ALL], f"after a kill at {line}"

        report = rotate_master_key(own.state_dir, own.database, is_old_revoked=True)

        assert report.unreadable == ()
        assert key_before not in read_keys(), f"after a kill at {line}"
        assert [stored.open_as(server) for server in SERVERS] == [ALL, ALL], f"resumed after {line}"
    assert len(lines) > 60


Line = tuple[str, int]
TRACED = {module.__file__ for module in (rotation, settings_files, sealed_columns)}


def _trace_lines(work: Callable[[], None]) -> list[Line]:
    """The lines of the modules under test that the work passes, in order, each once."""
    seen: dict[Line, None] = {}

    def note(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename in TRACED and event == "line":
            seen[frame.f_code.co_filename, frame.f_lineno] = None
        return note

    sys.settrace(note)
    try:
        work()
    finally:
        sys.settrace(None)
    return list(seen)


def _kill_at(line: Line, work: Callable[[], None]) -> None:
    """Do the work in a process that kills itself when it comes to a line."""
    child = os.fork()
    if child == 0:

        def die(frame: FrameType, event: str, _: Any) -> Any:
            if event == "line" and (frame.f_code.co_filename, frame.f_lineno) == line:
                os.kill(os.getpid(), signal.SIGKILL)
            return die if frame.f_code.co_filename in TRACED else None

        sys.settrace(die)
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the rotation never came to {line}"


def test_every_column_of_bytes_is_known_to_hold_secrets_or_none(own: OwnInstallation) -> None:
    with psycopg.connect(own.owner_url) as owner:
        columns = owner.execute(
            "select attrelid::regclass::text, attname from pg_attribute join pg_class on oid = attrelid "
            "where atttypid = 'bytea'::regtype and relkind = 'r' and relnamespace::regnamespace::text "
            "not in ('pg_catalog', 'information_schema', 'pg_toast') and attname not like '%\\_hash'"
        ).fetchall()
    sealed = {(column.table, column.column) for column in SEALED_COLUMNS}

    assert {tuple(row) for row in columns} - UNSEALED == sealed
