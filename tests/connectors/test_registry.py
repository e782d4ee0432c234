import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from causeloop_pipeline.connectors import registry, tools
from causeloop_pipeline.connectors.registry import CONNECTORS, RegistryError, load_connectors
from causeloop_pipeline.connectors.spec import Category, Connector, HmacSignature, Pull, SharedSecret
from tests.connectors.case_records import CASES, case, case_records

FILES = {path.stem: path for path in Path(tools.__file__).parent.glob("[!_]*.py")}
NAMES = sorted(CONNECTORS)


def test_every_file_is_a_connector_and_every_connector_a_file():
    assert set(CONNECTORS) == set(FILES)


def test_every_connector_has_its_cases_and_its_staging_model():
    staging = Path(__file__).parents[2] / "dbt_project" / "models" / "staging"
    models = {path.name.removeprefix("stg_").partition("__")[0] for path in staging.glob("stg_*__issues.sql")}
    assert {path.name for path in CASES.iterdir()} == set(CONNECTORS)
    assert set(CONNECTORS) <= models


@pytest.mark.parametrize("name", NAMES)
def test_a_connector_stays_one_short_file(name):
    assert len(FILES[name].read_text().splitlines()) <= 60


def test_all_five_categories_are_served():
    assert {connector.category for connector in CONNECTORS.values()} == set(Category)


def declaring(monkeypatch, **declared):
    """Let the registry find one module `oddly` with these names in it."""
    monkeypatch.setattr(registry.pkgutil, "iter_modules", lambda _: [SimpleNamespace(name="oddly")])
    monkeypatch.setattr(registry.importlib, "import_module", lambda _: SimpleNamespace(**declared))


def test_a_file_without_a_connector_is_named(monkeypatch):
    declaring(monkeypatch)
    with pytest.raises(RegistryError, match=r"tools/oddly\.py declares no CONNECTOR"):
        load_connectors()


def test_a_connector_under_another_files_name_is_named(monkeypatch):
    declaring(monkeypatch, CONNECTOR=CONNECTORS["jira"])
    with pytest.raises(RegistryError, match=r"tools/oddly\.py declares the connector 'jira'"):
        load_connectors()


def test_the_registry_cannot_be_changed():
    with pytest.raises(TypeError):
        CONNECTORS["mine"] = CONNECTORS["jira"]  # type: ignore[index]


def templates(connector: Connector) -> set[str]:
    """Every {name} that the connector's templates want filled."""
    texts = [connector.base_url or "", repr(connector.auth)]
    for asked in connector.pulls:
        texts += [
            asked.path,
            *(text for _, text in asked.params),
            asked.since.template if asked.since else "",
        ]
    return set(re.findall(r"\{(\w+)\}", " ".join(texts))) - {"since", "until", "each", "base_url"}


@pytest.mark.parametrize("name", NAMES)
def test_every_template_is_filled_by_a_field_that_cannot_be_empty(name):
    connector = CONNECTORS[name]
    fields = {field.name: field for field in (*connector.credentials, *connector.config)}
    for wanted in templates(connector):
        assert fields[wanted].required or fields[wanted].default is not None


@pytest.mark.parametrize("name", NAMES)
def test_a_connectors_words_are_complete(name):
    connector = CONNECTORS[name]
    assert connector.title
    assert connector.docs_url.startswith("https://")
    assert connector.base_url is None or connector.base_url.startswith(("https://", "{base_url}"))
    assert len({asked.name for asked in connector.pulls}) == len(connector.pulls)
    assert all(field.title for field in (*connector.fields, *connector.credentials))
    assert connector.pulls or connector.query or connector.configure
    if connector.webhook:
        assert connector.webhook.setup
        assert connector.webhook.signatures


@pytest.mark.parametrize("name", NAMES)
def test_headers_are_looked_up_in_lower_case(name):
    connector = CONNECTORS[name]
    looked_up = [connector.rate_limit.remaining, connector.rate_limit.reset]
    if connector.webhook:
        looked_up += [connector.webhook.delivery_header or "", connector.webhook.challenge_header or ""]
        for signature in connector.webhook.signatures:
            assert isinstance(signature, HmacSignature | SharedSecret)
            looked_up += [signature.header, getattr(signature, "timestamp_header", None) or ""]
    assert [header.lower() for header in looked_up] == looked_up


@pytest.mark.parametrize("name", NAMES)
def test_a_promise_of_order_comes_with_a_request_for_it(name):
    """Only a list that is asked for in ascending order may move its cursor page by page."""
    for asked in CONNECTORS[name].pulls:
        if asked.since and asked.since.ascending:
            assert re.search(r"asc", f"{asked.params} {asked.since.template}", re.IGNORECASE)


@pytest.mark.parametrize("name", NAMES)
def test_the_cases_cover_every_list_and_hold_no_surprise(name):
    connector: Connector = CONNECTORS[name]
    described = connector.configure(case(name, "config")) if connector.configure else connector
    asked: tuple[Pull, ...] = described.pulls
    assert set(case(name, "pull")) == ({asked.name for asked in asked} or {"rows"})
    records = case_records(name)
    assert len(records) >= 3
    assert {record.door for record in records} == ({"poll", "webhook"} if connector.webhook else {"poll"})
    assert {record.source for record in records} == {name}
