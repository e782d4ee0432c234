"""What a browser calls itself is shown as people call it, run by node."""

import json
from pathlib import Path

from tests.api.dashboard.node import print_json

PROGRAMS = Path(__file__).parents[3] / "api/dashboard/lib/programs.js"
GECKO = "AppleWebKit/537.36 (KHTML, like Gecko)"
NAMES = {
    f"Mozilla/5.0 (X11; Linux x86_64) {GECKO} HeadlessChrome/156.0.0.0 Safari/537.36": "Chrome 156 on Linux",
    f"Mozilla/5.0 (Windows NT 10.0) {GECKO} Chrome/156.0 Safari/537.36 Edg/157.0.1": "Edge 157 on Windows",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 15.2; rv:150.0) Gecko/2010 Firefox/150.0": "Firefox 150 on macOS",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/19.0 Mobile/15E148 Safari/604.1": "Safari 19 on iOS",
    f"Mozilla/5.0 (Linux; Android 16; Pixel 9) {GECKO} Chrome/156.0.0.0 Mobile": "Chrome 156 on Android",
    "curl/8.5.0": "curl/8.5.0",
    "": "an unknown program",
}


def test_a_program_has_its_name_and_what_it_runs_on() -> None:
    script = f"const {{ programOf }} = await import({json.dumps(PROGRAMS.as_uri())});"
    script += f"const clients = {json.dumps(list(NAMES))};"
    script += "const names = clients.map((client) => [client, programOf(client)]);"
    script += "console.log(JSON.stringify(Object.fromEntries(names)));"
    assert print_json("--input-type=module", "-e", script) == NAMES
