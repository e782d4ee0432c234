"""A workspace comes out of an archive as it went in, without secrets and without anything of a neighbour."""

import zipfile
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from causeloop_pipeline.storage.app.tenants import add_member, create_user
from causeloop_pipeline.storage.archive.contents import LEFT_OUT, select_archived
from causeloop_pipeline.storage.archive.exporting import export_workspace
from causeloop_pipeline.storage.archive.parts import ArchiveError
from causeloop_pipeline.storage.erasure.tenant_tables import connect_in_scope, list_tenant_tables
from tests.api.sample import make_sample
from tests.api.sample_rows import Sample
from tests.conftest import new_workspace
from tests.storage.archive.loading import count_rows, load, results
from tests.storage.erasure.planting import plant_canary
from tests.storage.own_installation import OwnInstallation


def test_patterns_predictions_and_ranks_are_the_same_after_an_import(
    own: OwnInstallation, sample: Sample, exported: Path, empty: UUID
) -> None:
    load(own, empty, exported)

    before = results(own, sample.workspace_id)
    assert results(own, empty) == before
    names = ("issues", "occurrences", "patterns", "members", "predictions", "ranks")
    assert all(before[name] for name in names)
    rows, imported = count_rows(own, sample.workspace_id), count_rows(own, empty)
    different = {label for label in rows if rows[label] != imported[label]}
    assert different <= {*LEFT_OUT, "app.audit_log", "app.onboarding_state"}


def test_issues_have_the_ids_that_this_workspace_gives_them(
    own: OwnInstallation, exported: Path, empty: UUID
) -> None:
    load(own, empty, exported)

    with psycopg.connect(own.superuser_url) as superuser:
        wrong = superuser.execute(
            "select count(*) from core.issue where workspace_id = %s "
            "and issue_id <> core.issue_id(workspace_id, source, external_id)",
            (empty,),
        ).fetchone()
        strays = superuser.execute(
            "select count(*) from detect.pattern_member as m where workspace_id = %s and not exists "
            "(select from core.issue as i where (i.workspace_id, i.issue_id) = (m.workspace_id, m.issue_id))",
            (empty,),
        ).fetchone()
    assert (wrong, strays) == ((0,), (0,))


def test_an_export_of_an_import_holds_the_same_results(
    own: OwnInstallation, sample: Sample, exported: Path, empty: UUID, tmp_path: Path
) -> None:
    load(own, empty, exported)
    export_workspace(own.owner_url, empty, tmp_path / "again.zip")
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        third = new_workspace(owner)

    load(own, third, tmp_path / "again.zip")

    assert results(own, third) == results(own, sample.workspace_id)


def test_an_archive_holds_no_secret_and_nothing_of_a_neighbour(own: OwnInstallation, tmp_path: Path) -> None:
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        planted, neighbour = make_sample(owner, own.database), make_sample(owner, own.database)
    canary = uuid4().hex
    plant_canary(own, planted.workspace_id, canary)
    path = tmp_path / "planted.zip"
    manifest = export_workspace(own.owner_url, planted.workspace_id, path)

    held = {table.name: set(table.columns) for table in manifest.tables}
    with zipfile.ZipFile(path) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())

    assert canary.encode() in content
    assert planted.canary.encode() in content
    for foreign in (neighbour.canary, str(neighbour.workspace_id), *neighbour.credentials.values()):
        assert foreign.encode() not in content
    secrets = ("hash", "secret", "credentials", "password")
    assert not [
        name
        for columns in held.values()
        for name in columns
        if any(word in name for word in secrets) and name not in HASHES_OF_DATA
    ]
    assert not {"app.session", "app.service_account", "app.personal_key"} & set(held)
    assert path.stat().st_mode & 0o077 == 0


HASHES_OF_DATA = {"payload_hash"}


def test_every_table_is_in_an_archive_or_left_out_by_name(own: OwnInstallation) -> None:
    with connect_in_scope(own.owner_url, ()) as owner:
        tables = list_tenant_tables(owner)
    archived = {table.label for table in select_archived(tables)}

    assert archived | set(LEFT_OUT) == {table.label for table in tables}
    assert not archived & set(LEFT_OUT)


def test_nothing_is_polled_sent_or_let_in_before_somebody_enters_the_secrets(
    own: OwnInstallation, sample: Sample, exported: Path, empty: UUID
) -> None:
    email = f"member.{uuid4().hex[:8]}@people.example"
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        add_member(owner, sample.workspace_id, create_user(owner, email, "Member"), "admin")
    export_workspace(own.owner_url, sample.workspace_id, exported)

    load(own, empty, exported)

    with psycopg.connect(own.superuser_url) as superuser:
        query = "select distinct {} from {} where workspace_id = %s"
        connectors = superuser.execute(query.format("status, credentials", "app.connector"), (empty,))
        assert connectors.fetchall() == [("paused", None)]
        members = superuser.execute(query.format("status", "app.membership"), (empty,))
        assert members.fetchall() == [("suspended",)]
        waiting = superuser.execute(
            "select count(*) from notify.outbox where workspace_id = %s and delivered_at is null "
            "and given_up_at is null",
            (empty,),
        )
        assert waiting.fetchone() == (0,)


def test_a_workspace_that_holds_anything_is_not_filled(
    own: OwnInstallation, sample: Sample, exported: Path
) -> None:
    before = count_rows(own, sample.workspace_id)

    with pytest.raises(ArchiveError, match="not empty"):
        load(own, sample.workspace_id, exported)

    assert count_rows(own, sample.workspace_id) == before


def test_an_export_that_fails_leaves_the_one_before(
    own: OwnInstallation, sample: Sample, exported: Path
) -> None:
    before = exported.read_bytes()

    def stop(line: str) -> None:
        if "core.issue:" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_workspace(own.owner_url, sample.workspace_id, exported, report=stop)

    assert exported.read_bytes() == before


def test_rows_with_the_ids_of_another_workspace_do_not_reach_it(
    own: OwnInstallation, sample: Sample, exported: Path, empty: UUID
) -> None:
    before = results(own, sample.workspace_id), count_rows(own, sample.workspace_id)

    load(own, empty, exported)

    assert (results(own, sample.workspace_id), count_rows(own, sample.workspace_id)) == before
    assert results(own, empty)["patterns"] == before[0]["patterns"]
