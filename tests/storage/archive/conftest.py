"""A workspace with a row of every kind, its archive, and an empty workspace to import it into."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from causeloop_pipeline.storage.archive.exporting import export_workspace
from tests.api.sample import make_sample
from tests.api.sample_rows import Sample
from tests.conftest import Installation, new_workspace
from tests.storage.own_installation import OwnInstallation, own_installation


@pytest.fixture(scope="module")
def own(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnInstallation]:
    with own_installation(installation, tmp_path_factory.mktemp("own")) as made:
        yield made


@pytest.fixture(scope="module")
def sample(own: OwnInstallation) -> Sample:
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        make_sample(owner, own.database)  # a neighbour, none of whose rows may be in the archive
        return make_sample(owner, own.database)


@pytest.fixture(scope="module")
def exported(own: OwnInstallation, sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "acme.zip"
    export_workspace(own.owner_url, sample.workspace_id, path)
    return path


@pytest.fixture
def empty(own: OwnInstallation) -> UUID:
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        return new_workspace(owner)
