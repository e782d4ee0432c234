"""Who is invoiced: the owners of an organization alone see and set it, and an erasure removes it."""

from pathlib import Path

import psycopg

from causeloop_pipeline.storage.archive.exporting import export_workspace
from causeloop_pipeline.storage.archive.reading import open_archive
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import Installation

IDENTITY = {
    "legal_name": "Acme GmbH",
    "address": "Hafenstraße 1\n20457 Hamburg",
    "tax_id": "DE123456789",
    "email": "invoices@acme.example",
}


def test_only_owners_see_and_set_it_and_what_is_left_out_is_removed(
    client: Client, fresh_sample: Sample
) -> None:
    owner = client(fresh_sample.credentials["owner"])
    before = owner.get("/v1/organization/billing").json()

    set_to = owner.put("/v1/organization/billing", json=IDENTITY).json()
    read = owner.get("/v1/organization/billing").json()
    cleared = owner.put("/v1/organization/billing", json={"legal_name": "Acme SE"}).json()

    assert {name: before[name] for name in IDENTITY} == dict.fromkeys(IDENTITY)
    assert {name: read[name] for name in IDENTITY} == IDENTITY
    assert set_to == read
    assert read["changed_by_name"]
    assert (cleared["legal_name"], cleared["tax_id"]) == ("Acme SE", None)
    for role in ("viewer", "analyst", "admin"):
        api = client(fresh_sample.credentials[role])
        assert api.get("/v1/organization/billing").status_code == 403
        assert "Acme SE" not in api.get("/v1/organization").text


def test_another_organization_has_its_own(client: Client, fresh_sample: Sample, other_sample: Sample) -> None:
    client(fresh_sample.credentials["owner"]).put("/v1/organization/billing", json=IDENTITY)

    other = client(other_sample.credentials["owner"]).get("/v1/organization/billing").json()

    assert other["legal_name"] is None


def test_an_address_that_is_none_is_refused(client: Client, fresh_sample: Sample) -> None:
    owner = client(fresh_sample.credentials["owner"])

    assert owner.put("/v1/organization/billing", json={"email": "nobody"}).status_code == 422
    assert owner.put("/v1/organization/billing", json={"legal_name": "two\nlines"}).status_code == 422


def test_the_audit_log_says_that_it_was_set_and_not_to_what(client: Client, fresh_sample: Sample) -> None:
    owner = client(fresh_sample.credentials["owner"])
    owner.put("/v1/organization/billing", json=IDENTITY)

    log = owner.get("/v1/audit").text

    assert "organization.billing_set" in log
    assert IDENTITY["tax_id"] not in log


def test_it_is_in_what_the_operator_exports_and_goes_with_its_organization(
    client: Client, fresh_sample: Sample, installation: Installation, tmp_path: Path
) -> None:
    client(fresh_sample.credentials["owner"]).put("/v1/organization/billing", json=IDENTITY)
    path = tmp_path / "acme.zip"
    export_workspace(installation.owner_url, fresh_sample.workspace_id, path)

    with open_archive(path) as archive:
        names = {document.name for document in archive.manifest.documents}
    with psycopg.connect(installation.owner_url) as connection:
        organization = connection.execute(
            "select conrelid::regclass::text, confdeltype::text from pg_constraint "
            "where conrelid = 'app.billing_identity'::regclass and contype = 'f'"
        ).fetchall()

    assert "billing.json" in names
    assert organization == [("app.billing_identity", "c")]
