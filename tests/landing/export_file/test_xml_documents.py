"""Whatever a tool writes as XML is read as the records in it."""

import io

import pytest

from causeloop_pipeline.landing.export_file.row_values import ReadRow, RowReader
from causeloop_pipeline.landing.export_file.rows.formats import read_rows
from causeloop_pipeline.landing.export_file.table_reading import ReadingChoices, study

JIRA = """<rss version="0.92"><channel><title>Search</title>
<item><title>[SHOP-1] Checkout fails</title><link>https://jira.example/browse/SHOP-1</link>
<key id="10">SHOP-1</key><priority id="2">High</priority><status id="1">Done</status>
<created>Tue, 1 Sep 2026 09:00:00 +0000</created><resolved>Wed, 2 Sep 2026 09:00:00 +0000</resolved></item>
<item><title>[SHOP-2] Checkout fails</title><key id="11">SHOP-2</key><status id="1">Open</status>
<created>Tue, 8 Sep 2026 09:00:00 +0000</created></item></channel></rss>"""
BUGZILLA = """<bugzilla><bug><bug_id>1</bug_id><creation_ts>2026-09-01 09:00:00 +0000</creation_ts>
<short_desc>Crash on print</short_desc><bug_status>NEW</bug_status><bug_severity>critical</bug_severity></bug>
<bug><bug_id>2</bug_id><creation_ts>2026-09-02 09:00:00 +0000</creation_ts>
<short_desc>Crash on save</short_desc><bug_status>NEW</bug_status></bug></bugzilla>"""
CHECKSTYLE = """<checkstyle><file name="/src/a.js"><error line="3" severity="error" message="x is not defined"
source="no-undef"/><error line="9" severity="warning" message="console is used"/></file></checkstyle>"""
ROBOT = """<robot><suite name="Checkout"><test id="t1" name="Pay by card"><status status="FAIL"
start="2026-09-01T10:00:00">Element not visible</status></test>
<test id="t2" name="Pay later"><status status="PASS" start="2026-09-01T10:00:01"/></test></suite></robot>"""
TRX = """<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
<UnitTestResult testName="Pays" outcome="Failed" startTime="2026-09-01T10:00:00Z"><Output><ErrorInfo>
<Message>Values differ</Message></ErrorInfo></Output></UnitTestResult>
<UnitTestResult testName="Ships" outcome="Passed" startTime="2026-09-01T10:00:00Z"/></Results></TestRun>"""


def read(content: str) -> list[ReadRow]:
    """What became of each row of a document."""
    rows = list(read_rows(io.BytesIO(content.encode()), "export.xml", "junit"))
    return RowReader(study(rows, ReadingChoices())).read(rows)


@pytest.mark.parametrize(
    ("content", "titles"),
    [
        (JIRA, ["[SHOP-1] Checkout fails", "[SHOP-2] Checkout fails"]),
        (BUGZILLA, ["Crash on print", "Crash on save"]),
        (CHECKSTYLE, ["x is not defined", "console is used"]),
        (ROBOT, ["Pay by card: Element not visible"]),
        (TRX, ["Pays: Values differ"]),
    ],
)
def test_the_records_are_issues_and_what_passed_is_none(content: str, titles: list[str]) -> None:
    rows = read(content)

    failed = [row.payload for row in rows if row.payload and not row.no_failure]
    assert [payload["title"] for payload in failed] == titles
    assert all(row.payload or row.no_failure for row in rows)


def test_a_finding_of_checkstyle_has_its_rule_and_its_file() -> None:
    first = read(CHECKSTYLE)[0].payload

    assert first is not None
    assert (first["error_type"], first["attributes"]["component"]) == ("no-undef", "/src/a.js")


def test_the_fields_of_a_tracker_are_recognized() -> None:
    first, second = (row.payload for row in read(JIRA))

    assert first is not None
    assert second is not None
    assert (first["external_id"], first["severity"], first["status"]) == ("SHOP-1", "High", "Done")
    assert first["resolved_at"] == "2026-09-02T09:00:00+00:00"
    assert (second["external_id"], second["source_created_at"]) == ("SHOP-2", "2026-09-08T09:00:00+00:00")


def test_a_finding_keeps_the_file_around_it() -> None:
    first = read(CHECKSTYLE)[0].payload

    assert first is not None
    assert first["attributes"]["name"] == "/src/a.js"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<html><p/></html>", "nothing looks like a list of failures"),
        ("<note>hello</note>", "<note> holds no records"),
        ("<a><b></a>", "it is not XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "entities or a document type"),
    ],
)
def test_what_holds_no_failures_says_so(content: str, reason: str) -> None:
    (row,) = read(content)

    assert reason in row.reason


FAILURE = "<failure><message>gateway answered 502</message><stack-trace>at x</stack-trace></failure>"
RAISED = "<exception class='TimeoutError'><message>gateway answered 502</message></exception>"


@pytest.mark.parametrize(
    "content",
    [
        f"<test-run><test-suite name='Pay'><test-case name='pays' result='Failed'>{FAILURE}</test-case>"
        "<test-case name='refunds' result='Passed'/></test-suite></test-run>",
        "<testng-results><suite name='s'><test name='t'><class name='Pay'>"
        f"<test-method name='pays' status='FAIL'>{RAISED}</test-method>"
        "<test-method name='refunds' status='PASS'/></class></test></suite></testng-results>",
        "<assemblies><assembly name='a'><collection name='Pay'>"
        f"<test name='pays' result='Fail'>{FAILURE}</test>"
        "<test name='refunds' result='Pass'/></collection></assembly></assemblies>",
        "<robot><suite name='Pay'>"
        "<test name='pays'><status status='FAIL'>gateway answered 502</status></test>"
        "<test name='refunds'><status status='PASS'/></test></suite></robot>",
    ],
)  # fmt: skip
def test_the_xml_of_other_runners_has_a_test_that_failed_and_one_that_passed(content: str) -> None:
    failed, passed = read(content)

    assert failed.payload is not None
    assert (failed.payload["title"], failed.payload["service"]) == ("pays: gateway answered 502", "Pay")
    assert passed.no_failure == "a test that passed"
    assert passed.payload is not None
    assert passed.payload["external_id"].endswith("Pay.refunds")


def test_a_type_that_only_says_that_it_is_an_error_is_none() -> None:
    error = "<error message='Task failed: no route to host' type='error'>trace</error>"

    (row,) = read(f"<testsuite name='deploy'><testcase name='Copy files'>{error}</testcase></testsuite>")

    assert row.payload is not None
    assert row.payload["title"] == "Copy files: Task failed: no route to host"
    assert "error_type" not in row.payload
