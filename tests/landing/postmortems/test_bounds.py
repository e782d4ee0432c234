"""What is refused, and what a hostile document may cost."""

import contextlib
import io
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.landing.postmortems.action_item import ActionItem
from causeloop_pipeline.landing.postmortems.blocks import UnreadableDocumentError
from causeloop_pipeline.landing.postmortems.reading import read_postmortem
from causeloop_pipeline.model.postmortem import MAX_ITEMS
from tests.landing.postmortems.test_reading import read_text
from tests.landing.postmortems.word_document import make_word_document


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "a.md", "there is no text"),
        (b"%PDF-1.7", "a.pdf", "not read"),
        (b"\x00\x01\x02" * 99, "a.md", "not text"),
        (b"PK\x03\x04rubbish", "a.docx", "not a Word document"),
        (b"x" * 5_000_001, "a.md", "larger than"),
    ],
)
def test_what_is_not_a_document_is_refused_with_the_reason(content: bytes, name: str, reason: str) -> None:
    with pytest.raises(UnreadableDocumentError, match=reason):
        read_postmortem(content, name)


def test_a_word_document_that_unpacks_beyond_bounds_or_declares_entities_is_refused() -> None:
    bomb = make_word_document("<w:p/>" + " " * 21_000_000)
    entity = io.BytesIO()
    with zipfile.ZipFile(entity, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')

    for content in (bomb, entity.getvalue()):
        with pytest.raises(UnreadableDocumentError, match=r"unpacks to more|refused"):
            read_postmortem(content, "a.docx")


FRONT_MATTER = (
    "a: &a [x, x]\nb: [*a, *a]",
    "a: " + "[" * 4_000 + "]" * 4_000,
    "date: 2026-99-99",
    "date: 2026-01-01T99:99:99Z",
    "n: " + "1" * 6_000,
    "n: 0x" + "f" * 9_000,
    "n: 9" + ":59" * 3_000,
    "title: !!python/object:os.system x",
    "? [a]\n: b",
    "title:",
)


@pytest.mark.parametrize("fields", FRONT_MATTER, ids=lambda fields: fields[:20])
def test_front_matter_that_is_no_plain_fields_costs_nothing_but_itself(fields: str) -> None:
    read = read_text(f"---\n{fields}\n---\n# Checkout was down\n\n## Action items\n- [x] Bound the queue\n")

    assert (read.title, len(read.items)) == ("Checkout was down", 1)


@pytest.mark.parametrize("number", ["²", "٣", "9" * 6_000, "-1", "1.5", ""])
def test_a_level_of_word_that_is_no_digit_is_none(number: str) -> None:
    styles = f'<w:pStyle w:val="heading{number}"/><w:numPr><w:ilvl w:val="{number}"/></w:numPr>'
    body = f"<w:p><w:pPr>{styles}</w:pPr><w:r><w:t>Checkout was down</w:t></w:r></w:p>"

    assert read_postmortem(make_word_document(body), "a.docx").title == "Checkout was down"


@pytest.mark.parametrize("encoding", ["nonsense", "utf-7", "rot13", "undefined", "shift_jis"])
def test_a_word_document_that_names_an_encoding_that_is_none_is_refused(encoding: str) -> None:
    document = io.BytesIO()
    with zipfile.ZipFile(document, "w") as archive:
        archive.writestr("word/document.xml", f'<?xml version="1.0" encoding="{encoding}"?><a/>')

    with pytest.raises(UnreadableDocumentError, match="not a Word document"):
        read_postmortem(document.getvalue(), "a.docx")


def test_style_sheets_are_read_in_time_that_grows_with_their_length() -> None:
    started = time.process_time()

    read_text("<style>" + ".a{" * 66_000 + "</style><p>Outage</p>", "a.html")

    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("stated", "address"),
    [
        ("https://wiki.example/pages/7", "https://wiki.example/pages/7"),
        ("#top", None),
        ("javascript:alert(1)", None),
        ("/pages/7", None),
        (f"https://wiki.example/{'7' * 2_000}", None),
    ],
)
def test_where_a_document_says_that_it_stands_is_a_web_address_or_nothing(
    stated: str, address: str | None
) -> None:
    linked = read_text(f'<link rel="canonical" href="{stated}"><h1>Checkout was down</h1>', "a.html")
    written = read_text(f"# Checkout was down\n\nSource: {stated}\n")

    assert (linked.address, written.address) == (address, address)
    assert 0 < len(linked.source) <= 500


def test_there_are_at_most_so_many_items() -> None:
    text = "# A\n## Action items\n" + "".join(
        f"- [x] Bound the queue number {n}\n" for n in range(MAX_ITEMS + 9)
    )

    assert len(read_text(text).items) == MAX_ITEMS


ITEM_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\n\r\x0b\x0c"), max_size=60)


@given(st.lists(st.tuples(st.booleans(), ITEM_TEXT), max_size=8), st.sampled_from(["a.md", "a.html"]))
def test_any_text_is_read_and_every_item_has_words_and_a_key_of_its_own(
    entries: list[tuple[bool, str]], name: str
) -> None:
    lines = [f"- [{'x' if is_done else ' '}] {text}" for is_done, text in entries]
    items: tuple[ActionItem, ...] = read_text(
        "# Outage\n\n## Action items\n\n" + "\n".join(lines), name
    ).items

    assert len({item.key for item in items}) == len(items)
    assert all(item.text and item.quote for item in items)


@given(st.binary(max_size=200), st.sampled_from(["a.md", "a.html", "a.docx", "a.zip", "a.xml"]))
def test_any_bytes_are_read_or_refused(content: bytes, name: str) -> None:
    with contextlib.suppress(UnreadableDocumentError):
        assert read_postmortem(content, name).title


@pytest.mark.parametrize("part", ["<a", "</", "<?", "<!--", "<![CDATA[", "<ul><li>", "<div>", "> ", "- "])
def test_markup_that_never_ends_is_read_in_time_that_grows_with_its_length(part: str) -> None:
    started = time.process_time()
    with contextlib.suppress(UnreadableDocumentError):
        read_text(f"<p>Outage {part * 50_000}", "a.html")

    assert time.process_time() - started < 8


def test_entries_may_end_by_themselves() -> None:
    text = "<h2>Action items</h2><ul><li>Bound the pool<li>Drain the queue</ul>"

    assert [item.text for item in read_text(text, "a.html").items] == ["Bound the pool", "Drain the queue"]
