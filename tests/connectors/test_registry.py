import ast
import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from causeloop_pipeline.connectors import spec, tools
from causeloop_pipeline.connectors.registry import CONNECTORS, RegistryError, load_connectors
from causeloop_pipeline.connectors.spec import Category, Connector, Pull
from causeloop_pipeline.connectors.staging.staging_files import (
    STAGING_DIR,
    find_stale_files,
    generate_files,
)
from tests.connectors.case_records import CASES, case, case_records

FILES = {path.stem: path for path in Path(tools.__file__).parent.rglob("[!_]*.py")}
NAMES = sorted(CONNECTORS)
MAX_STATEMENTS = 40


def test_every_file_is_a_connector_and_every_connector_a_file():
    assert set(CONNECTORS) == set(FILES)


def test_every_connector_has_its_cases_and_its_staging_model():
    models = {path.name.removeprefix("stg_").partition("__")[0] for path in STAGING_DIR.rglob("stg_*__*.sql")}
    assert {path.name for path in CASES.iterdir()} == set(CONNECTORS)
    assert set(CONNECTORS) <= models


def test_the_dbt_project_has_exactly_the_files_that_the_declarations_give():
    """`causeloop connectors generate` writes them."""
    texts = dict(generate_files())
    differing = [str(path) for path, text in texts.items() if not path.exists() or path.read_text() != text]

    assert differing == []
    assert find_stale_files(set(texts)) == []


def test_no_folder_of_models_holds_more_than_sixteen_files():
    sizes = Counter(path.parent for path in STAGING_DIR.rglob("*") if path.is_file())
    assert {str(folder): size for folder, size in sizes.items() if size > 16} == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_connector_stays_one_short_file(name):
    """Statements are counted, not lines: a declaration may be written one argument a line."""
    tree = ast.parse(FILES[name].read_text())
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and not _is_docstring(node)]
    assert len(statements) <= MAX_STATEMENTS


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def test_all_five_categories_are_served():
    assert {connector.category for connector in CONNECTORS.values()} == set(Category)


def declaring(monkeypatch, **declared):
    """Let the registry find one module `oddly` with these names in it."""
    module = SimpleNamespace(name=f"{tools.__name__}.oddly", ispkg=False)
    monkeypatch.setattr("pkgutil.walk_packages", lambda *_: [module])
    monkeypatch.setattr("importlib.import_module", lambda _: SimpleNamespace(**declared))


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


FILLED_WHILE_READING = {"since", "until", "item", "page", "base_url"}


def templates(connector: Connector) -> set[str]:
    """Every {name} that the connector's templates want filled."""
    texts = [connector.base_url or "", auth_templates(connector.auth)]
    for pull in connector.pulls:
        texts += [
            pull.path,
            repr(pull.params),
            pull.since.template if pull.since else "",
        ]
    return set(re.findall(r"\{(\w+)\}", " ".join(texts))) - FILLED_WHILE_READING


def auth_templates(auth: spec.Auth) -> str:
    """The templates of a way to authenticate that are filled from credentials and configuration."""
    match auth:
        case spec.FirstOf():  # each way is left out whose credentials were not entered
            return ""
        case spec.OAuth2():
            client = () if auth.grant == "none" else (auth.client_id, auth.client_secret)
            renewed = (auth.refresh_token,) if auth.grant == "refresh_token" else ()
            filled = repr((auth.token_url, auth.scope, auth.parameters, auth.more, client, renewed))
            return filled.replace("{token}", "") + auth.template.replace("{token}", "")
    return repr(auth)


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
    assert len({pull.name for pull in connector.pulls}) == len(connector.pulls)
    assert all(field.title for field in (*connector.fields, *connector.credentials))
    assert connector.is_polled or connector.webhook
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
            looked_up += [
                getattr(signature, "header", ""),
                getattr(signature, "timestamp_header", None) or "",
            ]
    assert [header.lower() for header in looked_up] == looked_up


@pytest.mark.parametrize("name", NAMES)
def test_a_list_that_counts_as_ordered_is_requested_in_order(name):
    """Only a list that is requested in ascending order may move its cursor page by page."""
    for pull in CONNECTORS[name].pulls:
        if pull.since and pull.since.ascending:
            assert re.search(r"asc", f"{pull.params} {pull.since.template}", re.IGNORECASE)


@pytest.mark.parametrize("name", NAMES)
def test_the_cases_cover_every_list_and_hold_no_surprise(name):
    connector: Connector = CONNECTORS[name]
    configured = connector.configure(case(name, "config")) if connector.configure else connector
    pulls: tuple[Pull, ...] = configured.pulls
    has_rows = connector.query is not None or connector.files is not None
    lists = {"rows"} if has_rows else {pull.name for pull in pulls}
    assert set(case(name, "pull", {})) == lists
    records = case_records(name)
    assert len(records) >= 2
    channels = {"poll": bool(pulls) or has_rows, "webhook": connector.webhook is not None}
    assert {record.channel for record in records} == {name for name, is_used in channels.items() if is_used}
    events = connector.webhook.events if connector.webhook else ()
    assert {record.source for record in records} == {event.source or name for event in events} | {name}


@pytest.mark.parametrize("name", NAMES)
def test_a_connectors_variants_have_names_of_their_own(name):
    """The staging models choose the fields of a record by the name of its variant."""
    for mappings in (CONNECTORS[name].issues, CONNECTORS[name].changes):
        assert len({mapping.name for mapping in mappings}) == len(mappings)
