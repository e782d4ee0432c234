"""Manifests of Airbyte as declarations: what is carried over, what is lost, what is refused."""

from pathlib import Path

import pytest

from causeloop_pipeline.connectors.airbyte.convert import convert_manifest
from causeloop_pipeline.connectors.declared.declaration import read_declaration
from causeloop_pipeline.connectors.declared.problems import DeclarationError
from causeloop_pipeline.connectors.pages import LinkPages, NumberedPages, OffsetPages, TokenPages
from causeloop_pipeline.connectors.spec import Bearer, Connector, Headers, OAuth2

MANIFEST = (Path(__file__).parent / "manifest.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def converted() -> tuple[Connector, list[str]]:
    """The connector of the test's manifest, and what was lost."""
    written, losses = convert_manifest(MANIFEST, "ticket_house")
    return read_declaration(written)[0], losses


def test_streams_become_lists_with_paging_cursor_and_parents(converted: tuple[Connector, list[str]]) -> None:
    connector, _ = converted
    tickets, comments, teams, audits = connector.pulls

    assert connector.base_url == "https://{subdomain}.tickethouse.example/api"
    assert connector.auth == Bearer("{api_key}")
    assert [field.name for field in connector.credentials] == ["api_key"]
    assert [field.name for field in connector.config] == ["regions", "subdomain", "declaration"]
    assert tickets.pages == TokenPages(
        next_path="meta.next_token", param="cursor", size=50, size_param="limit"
    )
    assert tickets.records == "data.tickets"
    assert tickets.since is not None
    assert (tickets.since.field, tickets.since.param) == ("updated_at", "updated_after")
    assert tickets.params == (("site", "{subdomain}"), ("sort", "updated_at"))
    assert comments.path == "/tickets/{item}/comments"
    assert comments.parents is not None
    assert (comments.parents.path, comments.parents.id) == ("/tickets", "id")
    assert comments.pages == OffsetPages(size=100, size_param="limit", offset_param="offset")
    assert (teams.for_each, teams.pages) == (
        "regions",
        NumberedPages(size=25, size_param=None, page_param="page"),
    )
    assert audits.pages == LinkPages(size=100, size_param="per_page")


def test_what_a_declaration_cannot_say_is_listed(converted: tuple[Connector, list[str]]) -> None:
    _, losses = converted

    assert [loss for loss in losses if loss.startswith("stream tickets")] == [
        "stream tickets: its record filter: all records are read, so leave the others out with keep",
        "stream tickets: its stop condition: pages end where the answer names no next one",
        "stream tickets: the parameter since_day: {{ now_utc().strftime('%Y') }}",
        "stream tickets: transformations is not carried over",
        "stream tickets: its error handler: limits and failures are handled by the product's own rules",
    ]
    assert "what a record means" in losses[-1]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (MANIFEST.replace("type: DpathExtractor", "type: CustomRecordExtractor"), "is code"),
        (MANIFEST + "\nclass_name: os.system\n", "is code (os.system)"),
        ("a: 1", "no list of streams"),
        ("streams: []", "no HTTP requester"),
        ("definitions: {a: {$ref: '#/definitions/a'}}\nstreams: [{$ref: '#/definitions/a'}]", "without end"),
        ("streams: [{$ref: '#/definitions/none'}]", "leads nowhere"),
        (
            MANIFEST.replace("https://{{ config['subdomain'] }}", "https://{{ config['a'] | lower }}"),
            "the address is a template that is not understood",
        ),
    ],
)
def test_code_and_endless_references_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        convert_manifest(text, "ticket_house")

    assert sentence in str(refused.value)


def test_an_api_key_in_a_header_is_carried_over() -> None:
    option = "{type: RequestOption, inject_into: header, field_name: X-Key}"
    key = f"type: ApiKeyAuthenticator\n      inject_into: {option}"
    written, _ = convert_manifest(MANIFEST.replace("type: BearerAuthenticator", key), "ticket_house")

    assert read_declaration(written)[0].auth == Headers((("X-Key", "{api_key}"),))


def test_a_secret_in_a_plain_header_becomes_a_credential() -> None:
    bearer = """authenticator:
      type: BearerAuthenticator
      api_token: "{{ config['credentials']['api_key'] }}"
"""
    header = """request_headers: {Authorization: "OAuth {{ config['api_key'] }}", Accept: application/json}
"""
    secret = "api_key: {type: string, airbyte_secret: true}"
    text = MANIFEST.replace(bearer, header).replace("subdomain: {type", f"{secret}\n      subdomain: {{type")

    connector, _ = read_declaration(convert_manifest(text, "ticket_house")[0])

    assert connector.auth == Headers((("Authorization", "OAuth {api_key}"),))
    assert connector.headers == (("Accept", "application/json"),)
    assert [field.name for field in connector.credentials] == ["api_key"]


def test_an_oauth_client_is_carried_over() -> None:
    client = """type: OAuthAuthenticator
      token_refresh_endpoint: https://login.tickethouse.example/token
      client_id: "{{ config['client_id'] }}"
      client_secret: "{{ config['client_secret'] }}"
      refresh_token: "{{ config['refresh_token'] }}"
      grant_type: refresh_token"""
    text = MANIFEST.replace("type: BearerAuthenticator", client)

    connector, _ = read_declaration(convert_manifest(text, "ticket_house")[0])

    assert connector.auth == OAuth2(
        token_url="https://login.tickethouse.example/token", grant="refresh_token"
    )
    assert [field.name for field in connector.credentials] == ["client_id", "client_secret", "refresh_token"]


def test_streams_without_a_type_have_names_of_their_own() -> None:
    text = """
version: 0.29.0
type: DeclarativeSource
definitions:
  retriever:
    requester: {url_base: "https://api.x.example/v1", path: "{{ parameters['path'] }}"}
    record_selector: {extractor: {field_path: []}}
streams:
  - $parameters: {name: incidents, path: /incidents, primary_key: id}
    retriever: {$ref: "#/definitions/retriever"}
  - $parameters: {name: components, path: /components, primary_key: id}
    retriever: {$ref: "#/definitions/retriever"}
"""
    connector, _ = read_declaration(convert_manifest(text, "status_house")[0])

    assert [(pull.name, pull.path) for pull in connector.pulls] == [
        ("incidents", "/incidents"),
        ("components", "/components"),
    ]


@pytest.mark.parametrize(
    "template",
    [
        "{{ headers['link']['next']['url'] }}",
        "{{ headers.link.next.url }}",
        '{{ headers["link"].get("next", {}).get("cursor", {}) }}',
    ],
)
def test_pages_that_a_header_links_are_followed_to_their_end(template: str) -> None:
    quoted = template.replace("'", '"')
    written = f"cursor_value: '{quoted}'\n          stop_condition: '{{{{ x }}}}'"
    text = MANIFEST.replace("""cursor_value: "{{ headers['link']['next']['url'] }}\"""", written)

    converted, losses = convert_manifest(text, "ticket_house")

    pages = [pull.pages for pull in read_declaration(converted)[0].pulls]
    assert [each for each in pages if isinstance(each, LinkPages) and each.ends_on_empty]
    assert [loss for loss in losses if "next page" in loss] == []


def test_a_manifest_of_half_a_megabyte_is_read() -> None:
    words = "x" * 500
    schemas = "".join(f"  s{place}: {{type: object, description: {words}}}\n" for place in range(1_000))
    assert convert_manifest(f"{MANIFEST}\nschemas:\n{schemas}", "ticket_house")
