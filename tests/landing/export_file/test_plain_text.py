"""A text whose name does not say what it is: read as what its lines are, or refused with what to give."""

import io
import re

import pytest

from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.formats import find_format, read_rows

GCC = """\
src/pay.c: In function 'charge':
src/pay.c:12:20: error: 'fee' undeclared (first use in this function)
   12 |   return fee;
      |          ^~~
src/pay.c:12:20: note: each undeclared identifier is reported only once
"""
TAP = """\
TAP version 13
# Subtest: checkout
    not ok 1 - charges the order
      ---
      error: 'gateway answered 502'
      code: 'ERR_ASSERTION'
      ...
    ok 2 - refunds
    ok 3 - exports # SKIP no network
    1..3
not ok 1 - checkout
1..1
"""


def read(text: str, name: str = "report.txt") -> list[FileRow]:
    file_format = find_format(name)
    assert file_format is not None
    return list(read_rows(io.BytesIO(text.encode()), name, file_format))


FINDINGS = """
pay.py:3: error: Wrong type (got "int")  [return-value] -> error|return-value|Wrong type (got "int")|pay.py
a/pay.py:1:8: F401 [*] `os` imported but unused         -> error|F401|`os` imported but unused|a/pay.py
pay.py:5:4: W0612: Unused variable 'y' (unused-variable) -> warning|W0612|Unused variable 'y'|pay.py
x.yml:1:4: [error] too many spaces after colon (colons) -> error|colons|too many spaces after colon|x.yml
a/pay.ts(3,5): error TS2322: Type 'x' is not assignable -> error|TS2322|Type 'x' is not assignable|a/pay.ts
C:\\shop\\pay.cs(3,5): warning CS0168: Unused variable  -> warning|CS0168|Unused variable|C:\\shop\\pay.cs
Pay.java:7: error: cannot find symbol                   -> error||cannot find symbol|Pay.java
r.md:1:1 error MD018/no-missing-space-atx No space      -> error|MD018|No space|r.md
r.md:3 error MD032/blanks-around-lists Lists need lines -> error|MD032|Lists need lines|r.md
\x1b[35mp.yml\x1b[0m:5: \x1b[31merror\x1b[0m: No mode (no-mode) -> error|no-mode|No mode|p.yml
"""


@pytest.mark.parametrize("example", FINDINGS.strip().splitlines())
def test_findings_are_read_as_compilers_and_linters_print_them(example):
    line, expected = re.split(r"\s+-> ", example)
    (row,) = read(line)

    assert row.no_failure == ""
    assert row.record is not None
    names = ("severity", "error_type", "title", "component")
    assert "|".join(row.record.get(name, "") for name in names) == expected


def test_the_first_line_of_a_text_is_not_lost():
    rows = read("a.py:1:1: E401 multiple imports, one line\nb.py:2:1: E302 expected 2 blank lines, found 0\n")

    assert [row.record and row.record["component"] for row in rows] == ["a.py", "b.py"]


def test_code_below_a_finding_belongs_to_it_and_a_note_is_none():
    above, finding, note = read(GCC)

    assert above.no_failure == "a line beside the findings"
    assert finding.record is not None
    assert "return fee;" in finding.record["body"]
    assert note.no_failure == "a finding of the kind note"


def test_tests_of_the_test_anything_protocol_fail_pass_or_are_skipped():
    failed, passed, skipped = read(TAP, "report.tap")

    assert failed.record is not None
    assert failed.record["title"] == "charges the order: gateway answered 502"
    assert (failed.record["id"], failed.record["service"]) == ("checkout.charges the order", "checkout")
    assert failed.is_of_condition
    assert (passed.no_failure, passed.record and passed.record["status"]) == (
        "a test that passed",
        "resolved",
    )
    assert skipped.no_failure == "a test that was skipped"
    assert skipped.record is not None
    assert "status" not in skipped.record


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("===== test session starts =====\ncollected 3 items\n", "pytest --junitxml"),
        ("Charge Order                | FAIL |\ngateway answered 502\n", "output.xml"),
        ("\nPLAY [localhost] ****\n\nTASK [Check] ***\nfatal: FAILED!\n", "ANSIBLE_CALLBACKS_ENABLED"),
        ("\n  checkout\n    1) charges\n\n  1 passing (24ms)\n  1 failing\n", "mocha --reporter json"),
        ("=== RUN   TestPay\n--- FAIL: TestPay (0.00s)\n", "gotestsum"),
        ("20:55:30 default: jobs.load_orders() (0b6d)\n20:55:30 Job failed\n", "no date"),
        ("Dear all,\nplease find the list attached.\n", "export CSV, JSON, JUnit XML or SARIF"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["report.txt", "report.log"])
def test_what_is_printed_for_people_says_what_to_export_instead(text, instead, name):
    (row,) = read(text, name)

    assert row.record is None
    assert instead in row.reason


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("2026-09-01 08:15 CEST  P2  ingest  Queue depth over 10000\n", "ingest  Queue depth over 10000"),
        ('{"level": "error", "msg": "Disk full", "time": 1788253200}\n', "Disk full"),
        ("title;created at\nDisk full;2026-09-01\n", "Disk full"),
        ("title\nDisk full\n", "Disk full"),
        ("Backup of db1 failed\nBackup of db2 failed\n", "Backup of db1 failed"),
        ("<list><incident><title>Disk full</title><severity>p1</severity></incident></list>", "Disk full"),
    ],
)  # fmt: skip
def test_a_text_may_be_a_log_json_xml_a_table_or_messages(text, title):
    first = read(text)[0]

    assert first.record is not None
    assert title in str(first.record)
