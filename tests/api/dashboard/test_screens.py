"""Every screen of the dashboard renders a full answer of the API without an error or an undefined value."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NODE = shutil.which("node")
SCRIPT = Path(__file__).with_name("render_screens.mjs")
TITLES = {
    "overview": ["Fix first", "Did the last fix hold?", "could not be analyzed", "New failures from there"],
    "patterns/patterns": ["Confidence", "Last seen", "quiet"],
    "patterns/pattern": [
        "When does it come back?",
        "What to do?",
        "Merge",
        "Rename",
        "Occurrences",
        "Based on",
        "read “Upload … failed”",
        "1 other wording",
        "Print or save as PDF",
        "Lineage",
    ],
    "predictions/predictions": [
        "Prediction accuracy",
        "predicted",
        "observed",
        "include history",
        "1,240 simulated predictions for 17 patterns",
        "backtested",
    ],
    "clusters": ["Pattern graph", "Minimum strength", "Show all", "Find"],
    "issues/issues": ["Severity", "Status", "Report an issue", "From", "Urgent", "Save this view"],
    "issues/issue": ["Similar issues", "Assigned by", "Edit", "Link to a pattern"],
    "recommendations/recommendation": ["Patterns addressed", "Proof", "Assign", "Tracker"],
    "recommendations/recommendations": ["Recurrences prevented", "Effort"],
    "weekly_report": [
        "What failed most",
        "Week before",
        "Get it by e-mail",
        "1 new pattern",
        "Print or save",
    ],
    "changes": ["Record a change", "checkout 4.12"],
    "predictions/prediction": ["Grade", "Dismiss", "Outcomes"],
    "connectors/connectors": ["Last sync", "Resume", "Connect a tool"],
    "connectors/connector": [
        "Test the connection",
        "Replace credentials",
        "Try all again",
        "no title",
        "Drift",
        "The newest one",
        "1,200 records on 12 pages",
        "about 50 %",
    ],
    "connectors/new_connector": ["Pick the tool", "Jira", "Write a connector of your own"],
    "connectors/own_types": ["Acme Desk", "Try it", "Connect"],
    "alerts/alert_rules": ["Create a rule", "Snooze", "ana@example.com"],
    "settings/account": [
        "Change the password",
        "Sign out everywhere",
        "Firefox",
        "The former key works until",
    ],
    "settings/audit": ["member.invited"],
    "settings/directory": ["Base URL", "Replace the token", "SRE"],
    "settings/export": ["Download"],
    "settings/keys": ["Create a key", "Revoke", "Rotate", "its role"],
    "settings/members": ["Invite", "Suspend", "Remove"],
    "settings/organization": ["Seats taken", "Create a workspace", "Suspend", "Cancel the organization"],
    "setup": ["Step 4 of 5", "Invite", "Skip", "Mark as done"],
    "settings/workspace": ["go on with the setup", "Time zone", "Proof window", "Leave"],
}


@pytest.fixture(scope="module")
def screens() -> dict[str, Any]:
    """Text and errors of every screen, rendered by node."""
    if NODE is None:
        pytest.skip("node is not on this machine")
    printed = subprocess.run([NODE, SCRIPT], capture_output=True, text=True, check=True, timeout=60).stdout
    return dict(json.loads(printed))


@pytest.mark.parametrize("screen", TITLES)
def test_a_screen_renders_without_errors(screens: dict[str, Any], screen: str) -> None:
    assert screens[screen]["errors"] == []
    assert not re.search(r"undefined|NaN|\[object|Loading|could not be loaded", screens[screen]["text"])


@pytest.mark.parametrize("screen", TITLES)
def test_a_screen_uses_the_terms_of_the_field(screens: dict[str, Any], screen: str) -> None:
    missing = [title for title in TITLES[screen] if title not in screens[screen]["text"]]

    assert missing == []
