"""What is read of post-mortems in the manner of eleven templates and tools, and what is refused."""

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from causeloop_pipeline.landing.postmortems.blocks import UnreadableDocumentError
from causeloop_pipeline.landing.postmortems.reading import ReadPostmortem, read_postmortem
from causeloop_pipeline.model.postmortem import ItemKind
from tests.landing.postmortems.word_document import make_word_document, paragraph, table

DOCUMENTS = Path(__file__).parent / "documents"


def read(name: str) -> ReadPostmortem:
    return read_postmortem((DOCUMENTS / name).read_bytes(), name)


def read_text(text: str, name: str = "pm.md") -> ReadPostmortem:
    return read_postmortem(text.encode(), name)


def list_items(document: ReadPostmortem) -> list[tuple[str, bool, date | None]]:
    return [(item.text, item.status.is_done, item.status.done_on) for item in document.items]


@pytest.mark.parametrize(
    ("name", "title", "occurred_at", "services"),
    [
        ("table_with_bugs.md", "Shop Checkout Postmortem (incident #465)", (2026, 9, 15), ()),
        ("checkboxes.md", "INC-77 Search returns errors", (2026, 9, 3, 14, 5), ("search-api", "indexer")),
        (
            "nested_list.md",
            "Search index rebuilt from an empty volume",
            (2026, 8, 12, 7, 40),
            ("search", "catalog"),
        ),
        ("prose.md", "git push delays", (2026, 9, 9, 13, 20), ()),
        ("front_matter.md", "Cache stampede after deploy", (2026, 4, 2, 9, 30), ("web", "cache")),
        ("confluence_page.html", "Duplicate charges", (2026, 7, 21, 18, 5), ("payments",)),
        ("german_table.html", "Ausfall Rechnungslauf", (2026, 9, 3, 2, 15), ("billing",)),
        ("google_doc.html", "Login outage of 4 May 2026", (2026, 5, 4), ("login",)),
        ("notion_page.md", "Nightly export is empty", (2026, 6, 30), ("exports", "warehouse")),
        ("notion_page.html", "Queue grew without bound", (2026, 5, 6), ("mailer",)),
    ],
)
def test_the_incident_is_read(
    name: str, title: str, occurred_at: tuple[int, ...], services: tuple[str, ...]
) -> None:
    document = read(name)

    assert document.title == title
    assert document.occurred_at == datetime(*occurred_at, tzinfo=UTC)  # type: ignore[misc,arg-type]
    assert document.services == services


@pytest.mark.parametrize(
    ("name", "items"),
    [
        (
            "table_with_bugs.md",
            [
                ("Bound the timeout of the card gateway to 5 s", True, None),
                ("Write playbook for a full pool", True, None),
                ("Alert when the pool is 80 % full", False, None),
                ("Schedule a cascading failure drill", False, None),
            ],
        ),
        (
            "checkboxes.md",
            [
                ("Delete segments older than 30 days every night", True, date(2026, 9, 10)),
                ("Grow the volume to 2 TB", False, None),
                ("Move to new cluster", True, None),
                ("Investigate why the alert was silent", False, None),
            ],
        ),
        (
            "nested_list.md",
            [
                ("Mount the volume by its label, so that a reboot keeps it (#812)", True, None),
                ("Refuse to start on an empty index", False, None),
                ("Page on an index that shrinks by half", True, date(2026, 8, 20)),
            ],
        ),
        (
            "prose.md",
            [
                ("We have since raised the limit of the queue workers.", True, None),
                ("We will add an alert on queue depth over the coming weeks.", False, None),
            ],
        ),
        (
            "front_matter.md",
            [
                ("PLAT-501: Warm the cache before traffic is switched", True, date(2026, 4, 9)),
                ("PLAT-502: Spread expiry times by a random share", False, None),
                ("buy a larger cache", False, None),
            ],
        ),
        (
            "confluence_page.html",
            [
                ("Keep the idempotency key when the proxy retries", True, date(2026, 7, 29)),
                ("Reconcile charges every hour", False, None),
                ("Refund the customers who were charged twice", True, None),
                ("Drop the old proxy", False, None),
            ],
        ),
        (
            "storage_tasks.xml",
            [("Raise heap OPS-9", True, None), ("Cut the cache in two", False, None)],
        ),
        (
            "german_table.html",
            [
                ("Zertifikat automatisch erneuern", True, date(2026, 9, 10)),
                ("Ablauf überwachen", False, None),
            ],
        ),
        (
            "google_doc.html",
            [
                ("Renew certificates 30 days before they expire", True, None),
                ("Alert 14 days before a certificate expires — SEC-19", False, None),
            ],
        ),
        (
            "notion_page.md",
            [
                ("Start the export when the load has ended, not at 02:00", True, None),
                ("Fail an export of no rows", False, None),
            ],
        ),
        (
            "notion_page.html",
            [("Bound the queue at 10,000 messages", True, None), ("Drain the queue in batches", False, None)],
        ),
    ],
)
def test_the_action_items_are_read_with_their_state(
    name: str, items: list[tuple[str, bool, date | None]]
) -> None:
    assert list_items(read(name)) == items


def test_every_item_cites_words_of_the_document() -> None:
    for path in sorted(DOCUMENTS.iterdir()):
        plain = " ".join(path.read_text().split())
        for item in read(path.name).items:
            words = item.quote.split(" | ")[0].split()[:2]
            assert " ".join(words).replace("&", "") in plain, (path.name, item.quote)


def test_what_only_notices_or_informs_is_not_a_fix() -> None:
    kinds = [item.kind for item in read("table_with_bugs.md").items]

    assert kinds == [ItemKind.FIX, ItemKind.PROCESS, ItemKind.DETECTION, ItemKind.PROCESS]


def test_owner_due_date_and_tickets_are_read() -> None:
    first, second = read("confluence_page.html").items[:2]

    assert (first.owner, first.due_on) == ("@sam", date(2026, 8, 1))
    assert second.tickets == ("PAY-78", "https://acme.atlassian.net/browse/PAY-78")


def test_the_incidents_that_it_names_are_apart_from_the_tickets_of_its_items() -> None:
    document = read("nested_list.md")

    assert document.references == ("INC-311", "https://status.example.com/incidents/abc")


def test_a_word_document_is_read() -> None:
    content = make_word_document(
        paragraph("Postmortem: Mail delivery stopped", "Title"),
        paragraph("Date: 2026-03-01 10:00 UTC"),
        paragraph("Action Items", "Heading1"),
        table(("Action item", "Owner", "Status"), ("Rotate the DKIM key", "Mo", "Done (2026-03-05)")),
        paragraph("Bound the retry queue", in_list=True, marks="<w:strike/>"),
    )

    document = read_postmortem(content, "pm.docx")

    assert document.title == "Mail delivery stopped"
    assert list_items(document) == [
        ("Rotate the DKIM key", True, date(2026, 3, 5)),
        ("Bound the retry queue", True, None),
    ]


def test_a_document_is_the_same_one_by_its_page_or_address_or_name() -> None:
    assert read("confluence_page.html").source == "confluence:884736"
    assert read("notion_page.html").source == "notion:1f0e2d3c4b5a69788796a5b4c3d2e1f0"
    assert read_text("# A\ntext", "Outage 0123456789abcdef0123456789abcdef.md").source.startswith("notion:")
    assert read_text("# A\ntext").source == "file:pm.md"
    assert read_postmortem(b"# A\ntext", "a.md", "https://docs.example/d/1?usp=sharing").source == (
        "https://docs.example/d/1"
    )


def test_an_item_stays_the_same_while_its_state_changes() -> None:
    before = read_text(
        "# A\n## Action items\n- [ ] Bound the queue (due 2026-05-01)\n- [ ] AI-2: Old words here\n"
    )
    after = read_text(
        "# A\n## Action items\n- [x] Bound the queue (done 2026-05-02)\n- [x] AI-2: New words here\n"
    )

    assert [item.key for item in before.items] == [item.key for item in after.items]
    assert [item.status.is_done for item in after.items] == [True, True]


def test_a_zip_of_one_document_is_read_and_of_several_refused() -> None:
    def pack(*names: str) -> bytes:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for name in names:
                archive.writestr(name, "# Outage\n## Action items\n- [x] Bound the queue\n")
        return content.getvalue()

    assert list_items(read_postmortem(pack("Outage 1.md", "picture.png"), "export.zip"))
    with pytest.raises(UnreadableDocumentError, match="2 documents"):
        read_postmortem(pack("a.md", "b.md"), "export.zip")
