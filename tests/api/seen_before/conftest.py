"""A sample workspace whose issues have the fingerprints that the pipeline would give them."""

import psycopg
import pytest

from causeloop_pipeline.analysis.detect.seen_before.searched_issues import compute_message_keys
from causeloop_pipeline.storage.database.session import Database
from tests.api.sample import Sample, make_sample
from tests.conftest import Installation


def add_fingerprints(database: Database, sample: Sample) -> None:
    """Fingerprint the issues of a workspace as a machine's messages of one template."""
    with database.workspace(sample.workspace_id) as session:
        for row in session.rows("select issue_id, title from core.issue"):
            (key,) = compute_message_keys([row["title"]])
            session.execute(
                "insert into detect.fingerprint (workspace_id, issue_id, kind, template, template_key, "
                "template_probability) values (%s, %s, 'machine', 'Checkout times out after <*>', %s, .97) "
                "on conflict do nothing",
                (sample.workspace_id, row["issue_id"], key),
            )


@pytest.fixture(scope="module")
def sample(installation: Installation) -> Sample:
    """A workspace with one row of every kind and fingerprints, shared by the tests of a module."""
    database = Database(installation.pipeline_url)
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        made = make_sample(owner, database)
    add_fingerprints(database, made)
    return made
