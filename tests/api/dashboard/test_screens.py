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
    "patterns": ["Confidence", "Last seen", "quiet"],
    "pattern": [
        "When does it come back?",
        "What to do?",
        "Merge",
        "Rename",
        "Occurrences",
        "Based on",
        "Lineage",
    ],
    "predictions": ["Prediction accuracy", "predicted", "observed", "include history"],
    "clusters": ["Pattern graph", "Minimum strength"],
    "issues": ["Severity", "Status", "Report an issue", "From"],
    "issue": ["Similar issues", "Assigned by", "Edit", "Link to a pattern"],
    "recommendation": ["Patterns addressed", "Proof", "Assign", "Tracker"],
    "recommendations": ["Loops prevented", "Effort"],
    "changes": ["Record a change", "checkout 4.12"],
    "prediction": ["Grade", "Dismiss", "Outcomes"],
    "connectors": ["Last sync", "Resume", "Connect a tool"],
    "connectors/connector": ["Test the connection", "Replace credentials", "Try all again", "no title"],
    "connectors/new_connector": ["Pick the tool", "Jira"],
    "settings/alert_rules": ["Create a rule", "Snooze", "ana@example.com"],
    "settings/account": ["Change the password", "Sign out everywhere", "Firefox"],
    "settings/audit": ["member.invited"],
    "settings/export": ["Download"],
    "settings/keys": ["Create a key", "Revoke"],
    "settings/members": ["Invite", "Suspend", "Remove"],
    "settings/organization": ["Seats taken", "Create a workspace"],
    "settings/workspace": ["First steps", "Time zone", "Proof window", "Leave"],
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
