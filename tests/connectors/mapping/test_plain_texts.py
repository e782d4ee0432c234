"""A field of one line says what a reader can use of it."""

from typing import Any

import pytest

from causeloop_pipeline.connectors.mapping.expressions import Concat, Literal
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.mapping.map_record import Record, map_record
from causeloop_pipeline.connectors.mapping.plain_texts import write_plainly
from causeloop_pipeline.model.issue import Identifies

MAPPING = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    title=(Concat(("host", Literal(": "), "problem")), "problem"),
    service=("app", "owner", "page"),
    external_url="link",
    job="job",
)


def read(**payload: Any) -> Any:
    return map_record((MAPPING,), Record("own", "record", payload), {})


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<p>Disk &gt; 90&nbsp;%</p>\n<br/>", "Disk > 90 %"),
        ("say &amp;quot;no&amp;quot;", 'say "no"'),
        ("List<String> is not <module>", "List<String> is not <module>"),
        ("AT&T; R&D", "AT&T; R&D"),
        ('{"value": "Checkout", "id": 7}', "Checkout"),
        ('[{"name": "a"}, {"name": "b"}]', "a, b"),
        ("[ERROR] no space left", "[ERROR] no space left"),
        ("\x1b[1;31mno space\x1b[0m left\x1b[K", "no space left"),
        ("\x1b]8;;https://e.test\x1b\\no space\x1b]8;;\x07 left", "no space left"),
        ("{not json", "{not json"),
    ],
)
def test_markup_entities_and_documents_become_what_they_say(text: str, plain: str) -> None:
    assert write_plainly("title", text) == plain


def test_what_is_joined_is_named_too_and_a_list_of_one_is_its_entry() -> None:
    mapped = read(host={"name": "db-1"}, problem=["Disk full"])
    assert mapped.fields["title"] == "db-1: Disk full"


def test_an_address_gives_its_host_as_a_service_where_nothing_else_names_one() -> None:
    assert read(problem="x", page="https://shop.example:84/?a").fields["service"] == "shop.example:84"
    assert read(problem="x", app="https://shop.example/", page="checkout").fields["service"] == "checkout"
    assert "service" not in read(problem="x", owner="<a>ada@acme.example</a>").fields


def test_no_text_is_longer_than_the_product_holds_it() -> None:
    fields = read(problem="x" * 9_000, app="y" * 9_000, link="https://x.example/" + "z" * 9_000).fields
    assert (len(fields["title"]), len(fields["service"]), "external_url" in fields) == (300, 200, False)
    assert len(read(problem="x", job="j" * 9_000).occurring["job"]) == 64


def test_a_link_with_blanks_leads_to_its_page() -> None:
    assert read(problem="x", link="https://x.example/a b").fields["external_url"] == "https://x.example/a%20b"
