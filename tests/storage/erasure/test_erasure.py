"""What is erased can be found in no column of any table, nor in what PostgreSQL keeps about them."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from causeloop_pipeline.storage.app.tenants import add_member, create_user
from causeloop_pipeline.storage.app.workspace_partitions import store_partitions
from causeloop_pipeline.storage.erasure.people import SoleOwnerError, erase_person, find_person
from causeloop_pipeline.storage.erasure.tenant_tables import connect_in_scope, list_tenant_tables
from causeloop_pipeline.storage.erasure.workspaces import erase_workspace, find_workspace, retire_workspace
from tests.api.sample import make_sample
from tests.api.sample_rows import Sample
from tests.conftest import Installation
from tests.storage.erasure.planting import READABLE, find_everywhere, plant_canary
from tests.storage.own_installation import OwnInstallation, own_installation


@pytest.fixture(scope="module")
def own(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnInstallation]:
    with own_installation(installation, tmp_path_factory.mktemp("own")) as made:
        yield made


@pytest.fixture
def sample(own: OwnInstallation) -> Sample:
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        return make_sample(owner, own.database)


def test_an_erased_workspace_leaves_no_trace_and_its_neighbour_everything(
    own: OwnInstallation, sample: Sample
) -> None:
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        neighbour = make_sample(owner, own.database)
        canary = f"planted{uuid4().hex[:10]}"
        untouched = plant_canary(own, sample.workspace_id, canary)
        owner.execute("analyze")
        before = _count_rows(own, neighbour.workspace_id)
        workspace = find_workspace(owner, str(sample.workspace_id))
        assert workspace is not None
        needles = (canary, sample.canary, str(sample.workspace_id), str(workspace.organization_id))
        assert len(find_everywhere(own.superuser_url, *needles)) > 130
        retire_workspace(owner, sample.workspace_id)

        erasure = erase_workspace(own.owner_url, workspace, batch=7)

    assert find_everywhere(own.superuser_url, *needles) == []
    assert erasure.rows > 60
    assert erasure.is_organization_erased
    assert _count_rows(own, neighbour.workspace_id) == before
    assert untouched <= WITHOUT_TEXT, untouched


WITHOUT_TEXT = {
    "act.verdict",
    "app.directory_group_member",
    "app.membership",
    "app.rate_limit_bucket",
    "app.workspace_settings",
    "core.occurrence",
    "detect.cluster_member",
    "detect.text_vector",
    "notify.alert_state",
    "predict.forecast",
    "predict.outcome_count",
    "raw.import_record",
}
"""Tables that hold ids, numbers and times only."""


def test_an_erasure_looks_for_the_names_of_earlier_runs_unless_another_workspace_has_them_now(
    own: OwnInstallation, sample: Sample
) -> None:
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        neighbour = make_sample(owner, own.database)
        first, second, third = (f"acme/{uuid4().hex[:8]}" for _ in range(3))
        for partition in (first, second, first, third):
            with own.database.workspaces([sample.workspace_id]) as session:
                store_partitions(session, {sample.workspace_id: partition})
        with own.database.workspaces([neighbour.workspace_id]) as session:
            store_partitions(session, {neighbour.workspace_id: second})

        workspace = find_workspace(owner, str(sample.workspace_id))

    assert workspace is not None
    assert workspace.all_names == [str(sample.workspace_id), workspace.name, third, first]


def _count_rows(own: OwnInstallation, workspace_id: UUID) -> dict[str, int]:
    with connect_in_scope(own.owner_url, [workspace_id]) as owner:
        statement = sql.SQL("select from {} where workspace_id = %s")
        return {
            table.label: len(owner.execute(statement.format(table.identifier), (workspace_id,)).fetchall())
            for table in list_tenant_tables(owner)
        }


def test_an_erasure_that_was_interrupted_is_finished_by_the_next(
    own: OwnInstallation, sample: Sample
) -> None:
    def stop(label: str) -> None:
        if label == "detect.pattern_member":
            raise KeyboardInterrupt

    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        workspace = find_workspace(owner, str(sample.workspace_id))
        assert workspace is not None
        retire_workspace(owner, sample.workspace_id)
        with pytest.raises(KeyboardInterrupt):
            erase_workspace(own.owner_url, workspace, report=stop)

        again = find_workspace(owner, str(sample.workspace_id))
        assert again is not None
        erase_workspace(own.owner_url, again)

    assert find_everywhere(own.superuser_url, sample.canary, str(sample.workspace_id)) == []


def test_an_erased_person_is_a_pseudonym_in_every_text_and_nowhere_else(
    own: OwnInstallation, sample: Sample
) -> None:
    email, name = f"zoe.{uuid4().hex[:8]}@people.example", f'Zoë "Z" {uuid4().hex[:8]}'
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        user_id = create_user(owner, email, name, "hash")
        add_member(owner, sample.workspace_id, user_id, "analyst")
    plant_canary(own, sample.workspace_id, f"user:{user_id} {email.upper()}", READABLE)
    with own.database.workspace(sample.workspace_id) as session:
        session.execute(
            "insert into app.audit_log (workspace_id, actor, action, subject, details) "
            "values (%s, %s, 'member.changed', 'x', jsonb_build_object('name', %s::text))",
            (sample.workspace_id, f"user:{user_id}", name),
        )
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        owner.execute(
            "insert into app.billing_identity (organization_id, legal_name, email, changed_by) "
            "select organization_id, 'Acme', %s, %s from app.workspace where workspace_id = %s",
            (email, f"user:{user_id}", sample.workspace_id),
        )
    person = find_person(own.owner_url, email.upper())
    assert person is not None
    assert len(find_everywhere(own.superuser_url, str(user_id), email)) > 100

    erasure = erase_person(own.owner_url, person)

    hits = find_everywhere(own.superuser_url, str(user_id), email, name.replace('"', "%"))
    assert not hits, hits
    assert find_person(own.owner_url, email) is None
    with own.database.workspace(sample.workspace_id) as session:
        audit = session.rows("select actor, details from app.audit_log where action = 'member.changed'")
    assert audit[-1] == {"actor": f"user:{erasure.pseudonym}", "details": {"name": "an erased person"}}


def test_the_only_owner_of_a_workspace_is_not_erased(own: OwnInstallation, sample: Sample) -> None:
    email = f"only.{uuid4().hex[:8]}@people.example"
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        owner.execute(
            "update app.membership set role = 'admin' where workspace_id = %s and role = 'owner'",
            (sample.workspace_id,),
        )
        add_member(owner, sample.workspace_id, create_user(owner, email, "Only"), "owner")
    person = find_person(own.owner_url, email)
    assert person is not None

    with pytest.raises(SoleOwnerError, match="make somebody else an owner"):
        erase_person(own.owner_url, person)

    assert find_person(own.owner_url, email) == person
