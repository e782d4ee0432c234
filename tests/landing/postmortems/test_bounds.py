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
