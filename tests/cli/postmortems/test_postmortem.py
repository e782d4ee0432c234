"""`causeloop postmortem` as users run it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app

HISTORY = """id,title,created_at,service,severity,status
OPS-1,Payment timeout after 30s calling card-gateway-7,2026-06-01 09:10,checkout,high,resolved
OPS-2,Payment timeout after 45s calling card-gateway-2,2026-06-08 09:32,checkout,high,resolved
OPS-3,Payment timeout after 31s calling card-gateway-9,2026-06-15 09:05,checkout,high,resolved
OPS-4,Payment timeout after 31s calling card-gateway-9,2026-06-22 09:05,checkout,high,resolved
OPS-5,Payment timeout after 31s calling card-gateway-9,2026-06-29 09:05,checkout,high,resolved
OPS-6,Payment timeout after 60s calling card-gateway-2,2026-07-06 09:21,checkout,high,open
WEB-5,Typo on the imprint page,2026-09-23 14:00,website,low,open
"""
DOCUMENT = """# Checkout payments timed out
Date: 2026-07-06
{named}
## Summary
Payment timeout after 60s calling card-gateway-2
## Action items
- [x] Bound the timeout of the card gateway (done 2026-07-10)
- [ ] Alert on slow gateways
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A post-mortem and an export."""
    (tmp_path / "history.csv").write_text(HISTORY)
    (tmp_path / "pm.md").write_text(DOCUMENT.format(named=""))
    return tmp_path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["postmortem", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_was_understood_is_printed_and_which_item_is_a_claim(folder: Path) -> None:
    records = [json.loads(line) for line in run(str(folder / "pm.md"), "--json").splitlines()]

    items = [record for record in records if record["record"] == "action_item"]
    assert records[0]["title"] == "Checkout payments timed out"
    assert [(item["text"], item["is_claim"]) for item in items] == [
        ("Bound the timeout of the card gateway", True),
        ("Alert on slow gateways", False),
    ]
    assert "no claim" not in run(str(folder / "pm.md"))


@pytest.mark.parametrize("named", ["", "The incident was OPS-6."])
def test_beside_a_history_its_pattern_is_found_and_a_done_item_is_judged(folder: Path, named: str) -> None:
    (folder / "pm.md").write_text(DOCUMENT.format(named=named))

    output = run(
        str(folder / "pm.md"), "--history", str(folder / "history.csv"), "--as-of", "2026-11-30", "--json"
    )

    records = [json.loads(line) for line in output.splitlines()]
    (match,) = [record for record in records if record["record"] == "match"]
    (proof,) = [record for record in records if record["record"] == "proof"]
    assert match["issues"] == 6
    assert match["why"] == "named by the document" if named else match["probability"] > 0.5
    assert (proof["item"], proof["verdict"]) == ("Bound the timeout of the card gateway", "held")


def test_a_file_that_is_not_a_document_is_refused(folder: Path) -> None:
    (folder / "a.pdf").write_bytes(b"%PDF")

    refused = CliRunner().invoke(app, ["postmortem", str(folder / "a.pdf")])
    missing = CliRunner().invoke(app, ["postmortem", str(folder / "none.md")])

    assert (refused.exit_code, missing.exit_code) == (1, 2)
