"""`causeloop tenant export`, `import` and `causeloop key rotate`, as an operator gives them."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.storage.erasure.workspaces import find_workspace
from causeloop_pipeline.storage.secrets.key_ring import read_keys
from tests.api.sample import make_sample
from tests.api.sample_rows import Sample
from tests.conftest import Installation, new_workspace
from tests.storage.archive.loading import results
from tests.storage.own_installation import OwnInstallation, own_installation


@pytest.fixture(scope="module")
def own(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnInstallation]:
    with own_installation(installation, tmp_path_factory.mktemp("own")) as made:
        yield made


@pytest.fixture(scope="module")
def sample(own: OwnInstallation) -> Sample:
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        return make_sample(owner, own.database)


def name_of(own: OwnInstallation, workspace_id: UUID) -> str:
    with psycopg.connect(own.owner_url) as owner:
        workspace = find_workspace(owner, str(workspace_id))
    assert workspace is not None
    return workspace.name


def test_a_workspace_is_exported_and_imported_by_name(
    own: OwnInstallation, sample: Sample, tmp_path: Path
) -> None:
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        empty = new_workspace(owner)
    path, target = str(tmp_path / "acme.zip"), name_of(own, empty)

    exported = CliRunner().invoke(app, ["tenant", "export", name_of(own, sample.workspace_id), path])
    imported = CliRunner().invoke(app, ["tenant", "import", path, target])
    again = CliRunner().invoke(app, ["tenant", "import", path, target])

    assert (exported.exit_code, imported.exit_code) == (0, 0), exported.output + imported.output
    assert results(own, empty) == results(own, sample.workspace_id)
    assert again.exit_code == 1
    assert "not empty" in again.output


def test_what_cannot_be_exported_or_imported_is_explained(
    own: OwnInstallation, sample: Sample, tmp_path: Path
) -> None:
    (tmp_path / "no.zip").write_text("no zip")
    name = name_of(own, sample.workspace_id)
    attempts = {
        "there is no workspace": ["export", "nobody/main", str(tmp_path / "a.zip")],
        "there is no folder": ["export", name, str(tmp_path / "none" / "a.zip")],
        "is not a zip file": ["import", str(tmp_path / "no.zip"), name],
    }

    for reason, arguments in attempts.items():
        done = CliRunner().invoke(app, ["tenant", *arguments])
        assert done.exit_code in {1, 2}
        assert reason in " ".join(done.output.split())


def test_the_key_is_replaced_by_one_command(own: OwnInstallation, sample: Sample) -> None:
    before = read_keys()[0]

    rotated = CliRunner().invoke(app, ["key", "rotate"])
    revoked = CliRunner().invoke(app, ["key", "rotate", "--revoke-old"])

    assert "changed over to the new key" in rotated.output
    assert revoked.exit_code in {0, 1}  # the sample's own secrets are made of nothing that opens
    assert before not in read_keys()


def test_where_the_environment_names_the_key_secrets_are_wrapped_by_it(
    own: OwnInstallation, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "bmV3IGtleSBvZiBleGFjdGx5IDMyIGJ5dGVzICEhISE="  # pragma: allowlist secret
    monkeypatch.setenv("CAUSELOOP_SECRET_KEY", key)

    rotated = CliRunner().invoke(app, ["key", "rotate"])

    assert "a new key is accepted" not in rotated.output
    assert (
        "CAUSELOOP_ACCEPTED_SECRET_KEYS" not in rotated.output
    )  # it is not set, so there is nothing to take out
