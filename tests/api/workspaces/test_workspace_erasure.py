"""An owner has a workspace erased: it is archived at once, and gone after seven days unless restored."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from causeloop_pipeline.orchestration.instance.erasure import erase_from_dagster
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.erasures import ErasureReport, erase_requested
from causeloop_pipeline.storage.app.tenants import create_user
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import Installation
from tests.storage.erasure.planting import find_everywhere

SELECT_ORGANIZATION = """
select o.organization_id::text, o.slug
from app.organization as o join app.workspace as w using (organization_id)
where w.workspace_id = %s
"""


def erase_due(installation: Installation) -> ErasureReport:
    """What the nightly job does."""
    return erase_requested(
        Resources(), lambda names: not erase_from_dagster(installation.dagster_url, names).unfinished
    )


def find_product(installation: Installation, *needles: str) -> list[str]:
    return find_everywhere(installation.superuser_url.rsplit("/", 1)[0] + "/causeloop", *needles)


def let_time_pass(owner: psycopg.Connection, sample: Sample) -> None:
    owner.execute(
        "update app.workspace set erase_after = now() - interval '1 minute' where workspace_id = %s",
        (sample.workspace_id,),
    )


def test_a_workspace_is_gone_without_a_trace_after_the_time_to_think_again(
    client: Client, fresh_sample: Sample, owner: psycopg.Connection, installation: Installation
) -> None:
    api = client(fresh_sample.credentials["owner"])
    row = owner.execute(SELECT_ORGANIZATION, (fresh_sample.workspace_id,)).fetchone()
    assert row is not None

    wrong = api.post("/v1/workspace/erase", json={"slug": "another"})
    requested = api.post("/v1/workspace/erase", json={"slug": "main"})
    early = erase_due(installation)
    still_there = api.get("/v1/workspace")
    let_time_pass(owner, fresh_sample)
    late = erase_due(installation)

    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_slug")
    after = datetime.fromisoformat(requested.json()["erase_after"])
    assert timedelta(days=6) < after - datetime.now(UTC) < timedelta(days=8)
    assert (early.erased, still_there.status_code) == (0, 200)
    assert late == ErasureReport(1, 0)
    assert api.get("/v1/workspace").status_code == 401
    assert find_product(installation, fresh_sample.canary, str(fresh_sample.workspace_id), *row) == []


def test_a_workspace_that_is_restored_in_time_is_kept(
    client: Client, fresh_sample: Sample, installation: Installation
) -> None:
    api = client(fresh_sample.credentials["owner"])
    api.post("/v1/workspace/erase", json={"slug": "main"})

    restored = api.post("/v1/workspace/restore")

    assert (restored.json()["erase_after"], restored.json()["archived_at"]) == (None, None)
    assert erase_due(installation).erased == 0
    assert api.get("/v1/issues").json()["page"]["total"] == 12


def test_a_second_request_does_not_postpone_the_first(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["owner"])

    first, second = (api.post("/v1/workspace/erase", json={"slug": "main"}).json() for _ in range(2))

    assert first["erase_after"] == second["erase_after"]
    api.post("/v1/workspace/restore")


def test_the_pipeline_erases_no_workspace_whose_owner_has_not_requested_it(
    fresh_sample: Sample, installation: Installation
) -> None:
    with (
        psycopg.connect(installation.pipeline_url) as pipeline,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        pipeline.execute("select app.erase_requested_workspace(%s)", (fresh_sample.workspace_id,))


def test_the_api_cannot_erase_by_itself(fresh_sample: Sample, installation: Installation) -> None:
    with (
        psycopg.connect(installation.api_url) as api,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        api.execute("select app.erase_requested_workspace(%s)", (fresh_sample.workspace_id,))


def test_a_person_of_another_workspace_too_stays(
    client: Client,
    fresh_sample: Sample,
    sample: Sample,
    owner: psycopg.Connection,
    installation: Installation,
) -> None:
    both = create_user(owner, "in.both@people.example", "Both")
    for entry in (fresh_sample, sample):
        owner.execute(
            "insert into app.membership (workspace_id, user_id, role, status) "
            "values (%s, %s, 'viewer', 'suspended')",
            (entry.workspace_id, both),
        )
    client(fresh_sample.credentials["owner"]).post("/v1/workspace/erase", json={"slug": "main"})
    let_time_pass(owner, fresh_sample)

    erase_due(installation)

    remaining = owner.execute("select email from app.users where user_id = %s", (both,)).fetchall()
    assert remaining == [("in.both@people.example",)]
    owner.execute("delete from app.membership where user_id = %s", (both,))
    owner.execute("delete from app.users where user_id = %s", (both,))
