"""Every screen of the dashboard renders a full answer of the API without an error or an undefined value."""

import re
from pathlib import Path
from typing import Any

import pytest

from api.dashboard_page import FOLDER
from tests.api.dashboard.node import print_json
from tests.browser.screens import PATHS

SCRIPT = Path(__file__).with_name("render_screens.mjs")
SUMMARY = [
    "Failures",
    "20 % more",
    "Median time to end",
    "Cost",
    "1,240",
    "Why it fails",
    "What is due",
    "“Restarted the pool.”",
    "Who knows it",
    "Kim",
    "Print or save as PDF",
    "Save as CSV",
    "365 days",
]
TITLES = {
    "/": ["Fix first", "Did the last fix hold?", "could not be analyzed", "New failures from there"],
    "/patterns": ["Confidence", "Last seen", "quiet", "Same cause?", "and 11 less likely ones"],
    "/patterns/:id": [
        "When does it come back?",
        "What to do?",
        "What ended it last time",
        "“restarted the pool” (7 times, held 2 to 9 days)",
        "“Restarted the pool.”",
        "Merge",
        "Rename",
        "Occurrences",
        "Based on",
        "read “Upload … failed”",
        "1 other wording",
        "Print or save as PDF",
        "Corrections and lineage",
        "“A stop” merged with “Another stop”",
        "3 issues came from another pattern",
        "(#payments)",
        "Change owner",
        "34 % likely. Shares the rare terms gateway",
    ],
    "/predictions": [
        "Prediction accuracy",
        "predicted",
        "observed",
        "Include history",
        "1,240 simulated predictions for 17 patterns",
        "backtested",
    ],
    "/clusters": ["Pattern graph", "Minimum strength", "Show all", "Find"],
    "/issues": ["Severity", "Status", "Report an issue", "From", "Urgent", "Save this view"],
    "/issues/:id": [
        "What ended it last time",
        "Similar issues",
        "Assigned by",
        "Edit",
        "Link to a pattern",
        "Acme Pay, as Ana marked on",
        "The latest 2 of 21",
        "1.5 hours",
        "Yes, same cause",
    ],
    "/recommendations/:id": [
        "Patterns addressed",
        "Proof",
        "34 of the 50 executions needed, 480 before",
        "about 3 in 30 days; about 2 were promised for 90",
        "1 since, 2 before: in an incident on a provider's status page (Acme Pay)",
        "Must stay true",
        "in checkout: at most 2 a week, until",
        "Broken on 1 Nov 2026.",
        "Attach counts",
        "Assign",
        "Tracker",
        "Opened in",
        "about 2",
        "Four of five such fixes prevent 1 to 3",
        "Assumed, until fixes are proven here.",
    ],
    "/recommendations": [
        "Recurrences prevented",
        "Effort",
        "Find out",
        "one machine or one release",
        "What their issues have in common",
        "4 of 8 have the service Shop UK",
    ],
    "/report": [
        "Whom to tell",
        "tell @acme/payments",
        "What failed most",
        "Likely within 14 days",
        "Week before",
        "Get it by e-mail",
        "1 new pattern",
        "12 occurrences (the week before: 6) of 9 issues",
        "Print or save",
        "Whom to tell",
        "it no longer changes",
    ],
    "/services": ["service by service", "checkout", "By team"],
    "/teams": ["@acme/payments", "By service"],
    "/services?name=checkout": SUMMARY,
    "/teams?name=@acme/shop": [*SUMMARY, "payments"],
    "/seen-before": ["What failed", "Nothing is stored", "Ask"],
    "/changes": ["Record a change", "checkout 4.12"],
    "/predictions/:id": ["Grade", "Dismiss", "Outcomes"],
    "/connectors": [
        "Last sync",
        "Resume",
        "Connect a tool",
        "9 accepted, 1 refused: signature",
        "3, mostly: a test",
    ],
    "/connectors/:id": [
        "Test the connection",
        "Replace credentials",
        "Try all again",
        "no title",
        "Drift",
        "The newest one",
        "1,200 records on 12 pages",
        "about 50 %",
        "12 records, 4 new or updated",
        "a test that was skipped",
    ],
    "/connectors/new": ["Pick the tool", "Jira", "Write a connector of your own"],
    "/uploads": ["Choose a file", "tickets.csv", "imported"],
    "/uploads/:id": [
        "CSV, 6 rows: 5 become issues, 1 cannot be read, 2 tell of a test that was skipped",
        "day or month first?",
        "Disk full",
        "is not a date",
        "Import 5 issues",
    ],
    "/postmortems": ["Checkout was down", "outage.md", "imported"],
    "/postmortems/:id": [
        "The pool was dry",
        "[x] Bound the pool (done 2026-09-10)",
        "Pool runs dry",
        "It is about this",
        "Undo the import",
        "as the document says",
    ],
    "/connectors/own": ["Acme Desk", "Try it", "Connect"],
    "/alerts": ["Create a rule", "Snooze", "ana@example.com"],
    "/settings/account": [
        "Change the password",
        "Sign out everywhere",
        "Firefox",
        "The former key works until",
    ],
    "/settings/audit": ["member.invited"],
    "/settings/tracker-acts": ["How often it was right", "19 of 20", "acme/shop#7", "4th time", "Wrong"],
    "/settings/slack": [
        "Acme",
        "C0001",
        "not in the channel",
        "Copy the manifest",
        "Occurred 4 times",
        "would have",
    ],
    "/settings/directory": ["Base URL", "Replace the token", "SRE"],
    "/settings/export": ["Download"],
    "/settings/keys": ["Create a key", "Revoke", "Rotate", "its role"],
    "/settings/members": ["Invite", "Suspend", "Remove"],
    "/settings/owners": ["@acme/payments", "from CODEOWNERS", "Or paste it", "See what it says"],
    "/settings/organization": [
        "Billing identity",
        "does not include Our Datadog",
        "Seats taken",
        "Create a workspace",
        "Suspend",
        "Cancel the organization",
    ],
    "/setup": ["Step 4 of 5", "Invite", "Skip", "Mark as done"],
    "/settings": ["go on with the setup", "Time zone", "Proof window", "Leave"],
}


@pytest.fixture(scope="module")
def screens() -> dict[str, Any]:
    """Text and errors of every screen of the table by its path, rendered by node."""
    return print_json(SCRIPT)


def test_every_screen_renders_without_errors(screens: dict[str, Any]) -> None:
    broken = re.compile(r"undefined|NaN|\[object|Loading|could not be loaded")
    offenders = {
        path: [*screen["errors"], *broken.findall(screen["text"])] for path, screen in screens.items()
    }

    assert {path: errors for path, errors in offenders.items() if errors} == {}


def test_every_screen_uses_the_terms_of_the_field(screens: dict[str, Any]) -> None:
    missing = {
        path: [title for title in titles if title not in screens[path]["text"]]
        for path, titles in TITLES.items()
    }

    assert {path: titles for path, titles in missing.items() if titles} == {}
    assert TITLES.keys() == screens.keys(), "name here what each screen must show"


def test_every_function_that_shows_a_screen_is_loaded_by_a_row_of_the_table() -> None:
    table = "".join((FOLDER / name).read_text() for name in ("screen_scripts.js", "routes.js"))
    exported = {
        name: path.relative_to(FOLDER).as_posix()
        for path in (FOLDER / "screens").rglob("*.js")
        for name in re.findall(r"^export async function (show\w+)\(", path.read_text(), re.MULTILINE)
    }

    assert len(exported) > 20
    missing = {
        name: path
        for name, path in exported.items()
        if f'import("./{path}")).{name};' not in table
        or f"load: {name.replace('show', 'load', 1)}," not in table
    }
    assert missing == {}


def test_every_screen_of_the_table_is_gone_through_by_the_tests_in_the_browser(
    screens: dict[str, Any],
) -> None:
    assert set(screens) <= set(PATHS.values())
