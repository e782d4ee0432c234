import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from causeloop_pipeline.connectors import spec, tools
from causeloop_pipeline.connectors.cases import CASE_SUFFIX, find_case_file, read_case
from causeloop_pipeline.connectors.registry import CONNECTORS, RegistryError, load_connectors
from causeloop_pipeline.connectors.spec import Category, Connector
from tests.connectors.case_records import case_records, load_connector
from tests.offenders import assert_no_offenders, compare

TOOLS = Path(tools.__file__).parent
FILES = {path.stem: path for path in TOOLS.rglob("[!_]*.py")}
MAX_STATEMENTS = 40


def test_every_file_is_a_connector_and_every_connector_a_file():
    assert set(CONNECTORS) == set(FILES)


def test_every_connector_has_its_case_beside_it_and_every_case_a_connector():
    assert set(TOOLS.rglob(f"*{CASE_SUFFIX}")) == {find_case_file(name) for name in CONNECTORS}
    assert {find_case_file(name).parent / f"{name}.py" for name in CONNECTORS} == set(FILES.values())


def test_a_connector_stays_one_short_file():
    """Statements are counted, not lines: a declaration may be written one argument a line."""

    def find_problems(path: Path) -> Iterator[str]:
        nodes = ast.walk(ast.parse(path.read_text()))
        count = sum(isinstance(node, ast.stmt) and not _is_docstring(node) for node in nodes)
        if count > MAX_STATEMENTS:
            yield f"{count} statements, at most {MAX_STATEMENTS}"

    assert_no_offenders(FILES, find_problems)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


VERBS = {
    "Pull": "poll",
    "WebhookEvent": "receive",
    "IssueMapping": "map",
    "ChangeMapping": "map",
    "RecordSchema": "identify",
    "Field": "ask_for",
}


def test_a_function_of_a_declaration_begins_with_what_its_result_is_for():
    """One that gives an expression is a term of the mapping language: a noun, as its classes are."""

    def find_problems(path: Path) -> Iterator[str]:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.returns:
                results = VERBS.keys() & set(re.findall(r"\w+", ast.unparse(node.returns)))
                for verb in {VERBS[result] for result in results}:
                    if not node.name.removeprefix("_").startswith(verb):
                        yield f"line {node.lineno}: {node.name} gives {results}, expected {verb}_…"

    formats = Path(spec.__file__).with_name("formats").glob("*.py")
    assert_no_offenders(FILES | {path.stem: path for path in formats}, find_problems)


READ_IN_UTC = {
    "grafana_oncall": "its documents say so",
    "incident_io": "days in UTC",
    "thinkst_canary": "its console answers in UTC",
}


def test_a_filter_without_a_zone_overlaps_as_far_as_zones_lie_apart():
    """What is read in the zone of the account would lose all that changed within its hours behind UTC."""

    def find_problems(connector: Connector) -> Iterator[str]:
        for pull in connector.pulls:
            since = pull.since
            if since is None or "%" not in since.format or since.param is None:
                continue
            is_absolute = since.format.endswith(("%z", "Z"))
            if not is_absolute and since.zone is None and since.overlap < spec.FARTHEST_ZONE:
                yield f"{pull.name}: give the field of a zone, or FARTHEST_ZONE as its overlap"

    assert_no_offenders(
        {name: CONNECTORS[name] for name in CONNECTORS.keys() - READ_IN_UTC.keys()}, find_problems
    )


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


def test_every_template_is_filled_by_a_field_that_cannot_be_empty():
    def find_problems(connector: Connector) -> Iterator[str]:
        fields = {field.name: field for field in (*connector.credentials, *connector.config)}
        for wanted in sorted(templates(connector)):
            field = fields.get(wanted)
            if field is None:
                yield f"no field fills {{{wanted}}}"
            elif not field.required and field.default is None:
                yield f"the field {wanted} may be empty: it is not required and has no default"

    assert_no_offenders(CONNECTORS, find_problems)


def test_a_connectors_words_are_complete():
    def find_problems(connector: Connector) -> Iterator[str]:
        if not connector.title:
            yield "has no title"
        if not connector.docs_url.startswith("https://"):
            yield f"docs_url: expected https://…, found {connector.docs_url!r}"
        if connector.base_url is not None and not connector.base_url.startswith(("https://", "{base_url}")):
            yield f"base_url: expected https://… or {{base_url}}…, found {connector.base_url!r}"
        for field in (*connector.fields, *connector.credentials):
            if not field.title:
                yield f"the field {field.name} has no title"
        if connector.webhook and not connector.webhook.setup:
            yield "its webhook has no setup"

    assert_no_offenders(CONNECTORS, find_problems)


def test_every_connector_reads_something_under_names_of_its_own():
    def find_problems(connector: Connector) -> Iterator[str]:
        for name, count in Counter(pull.name for pull in connector.pulls).items():
            if count > 1:
                yield f"{count} lists are named {name!r}"
        if not connector.is_polled and not connector.webhook and not connector.files:
            yield "is neither polled nor takes webhooks"
        if connector.webhook and not connector.webhook.signatures:
            yield "its webhook has no signatures"

    assert_no_offenders(CONNECTORS, find_problems)


def test_headers_are_looked_up_in_lower_case():
    def find_problems(connector: Connector) -> Iterator[str]:
        looked_up = [connector.rate_limit.remaining, connector.rate_limit.reset]
        if connector.webhook:
            looked_up += [connector.webhook.delivery_header or "", connector.webhook.challenge_header or ""]
            for signature in connector.webhook.signatures:
                looked_up += [
                    getattr(signature, "header", ""),
                    getattr(signature, "timestamp_header", None) or "",
                ]
        for header in looked_up:
            yield from compare(header.lower(), header, "a header")

    assert_no_offenders(CONNECTORS, find_problems)


def test_a_list_that_counts_as_ordered_is_requested_in_order():
    """Only a list that is requested in ascending order may move its cursor page by page."""

    def find_problems(connector: Connector) -> Iterator[str]:
        for pull in connector.pulls:
            if pull.since and pull.since.ascending:
                requested = f"{pull.params} {pull.since.template}"
                if not re.search(r"asc", requested, re.IGNORECASE):
                    yield f"the list {pull.name} counts as ascending, but asks for {requested}"

    assert_no_offenders(CONNECTORS, find_problems)


def test_a_case_covers_every_list_and_holds_no_surprise():
    def find_problems(connector: Connector) -> Iterator[str]:
        pulls = load_connector(connector.name)[0].pulls
        has_rows = connector.query is not None or connector.files is not None
        lists = {"rows"} if has_rows else {pull.name for pull in pulls}
        yield from compare(lists, set(read_case(connector.name).pull), "answers of lists")
        records = case_records(connector.name)
        if len(records) < 2:
            yield f"expected two records at least, found {len(records)}"
        used = {"poll": bool(pulls) or has_rows, "webhook": connector.webhook is not None}
        channels = {channel for channel, is_used in used.items() if is_used}
        yield from compare(channels, {record.channel for record in records}, "channels")
        events = connector.webhook.events if connector.webhook else ()
        sources = {event.source or connector.name for event in events} | {connector.name}
        yield from compare(sources, {record.source for record in records}, "types of the records")

    assert_no_offenders(CONNECTORS, find_problems)


def test_a_connectors_variants_have_names_of_their_own():
    """People tell variants by their names, and a mapped record has that of its variant."""

    def find_problems(connector: Connector) -> Iterator[str]:
        for kind, mappings in (("issues", connector.issues), ("changes", connector.changes)):
            for name, count in Counter(mapping.name for mapping in mappings).items():
                if count > 1:
                    yield f"{count} variants of its {kind} are named {name!r}"

    assert_no_offenders(CONNECTORS, find_problems)
