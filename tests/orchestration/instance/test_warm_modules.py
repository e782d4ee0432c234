"""Runs begin with everything imported that the loop imports when it is called."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from causeloop_pipeline import analysis
from causeloop_pipeline.orchestration.instance.warm_process import WARM_MODULES

ANALYSIS = Path(analysis.__file__).parent
RARELY_NEEDED = {"cmdstanpy", "sklearn.ensemble", "threadpoolctl"}
"""Of training and stock Prophet, which are rare."""

NEVER_WARM = {"onnxruntime", "tokenizers"}
"""Of the sentence encoder: its threads would be missed by whatever is forked beside them."""


def list_late_imports() -> Iterator[str]:
    """Libraries that functions of the loop's analysis import."""
    for path in ANALYSIS.rglob("*.py"):
        if "evaluation" in path.parts:
            continue
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Import):
                    yield from (alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module:
                    yield node.module


def test_a_run_finds_every_library_imported_that_analysis_imports_when_called() -> None:
    late = {name for name in list_late_imports() if not name.startswith("causeloop_pipeline")}
    code = f"import sys, {WARM_MODULES}; print(*sys.modules)"
    imported = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert late - set(imported.stdout.split()) == RARELY_NEEDED
    assert not NEVER_WARM & set(imported.stdout.split())
    assert {"scipy.sparse", "igraph", "prophet"} <= late
