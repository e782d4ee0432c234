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
    "overview": ["Fix first", "Did the last fix hold?", "could not be analyzed"],
    "patterns": ["Confidence", "Last seen"],
    "pattern": ["Median time to resolve", "Occurrences", "Typical times", "Based on", "Issued", "Lineage"],
    "predictions": ["Prediction accuracy", "predicted", "observed", "include history"],
    "clusters": ["Pattern graph", "Minimum strength"],
    "issues": ["Severity", "Status"],
    "issue": ["Similar issues", "Assigned by"],
    "recommendation": ["Patterns addressed", "Proof", "Open a ticket"],
    "connectors": ["Last sync", "Resume"],
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
