"""The page of each type: what a person needs to connect it, from its declaration."""

from collections.abc import Iterator

from causeloop_pipeline.connectors.guide import build_guide, render_guide
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector
from tests.offenders import assert_no_offenders


def test_every_type_has_a_page_that_says_what_is_read_how_it_ends_and_what_is_not_read():
    def find_problems(tool: Connector) -> Iterator[str]:
        titles = {section.title for section in build_guide(tool)}
        for title in ("What is read", "What an issue is, and how it ends", "What is not read"):
            if title not in titles:
                yield f"its page lacks {title!r}"
        if tool.credentials and "Credentials" not in titles:
            yield "its page does not say which credentials"
        if tool.webhook and "What to enter in the tool" not in titles:
            yield "its page does not say what to enter in the tool"

    assert_no_offenders(CONNECTORS, find_problems)


def test_a_page_names_least_rights_the_address_the_header_and_the_end():
    page = render_guide(CONNECTORS["prometheus_alertmanager"])
    assert "Least rights: read only, of what `/api/v2/alerts` list" in page
    assert "/v1/webhooks/inbound/{connector}" in page
    assert "It ends by" in page
    assert "each firing, from its start to its recovery, is an issue" in page
