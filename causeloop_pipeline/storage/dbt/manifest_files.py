"""The parsed dbt project on disk: whole, and without what a run never looks at."""

import os
from pathlib import Path
from typing import Any

RUN_MANIFEST = "run_manifest.msgpack"
LIVE_LAYERS = frozenset({"staging", "intermediate"})
"""Views: a run reads them and does not build them."""


def read_manifest(stored: Path) -> Any:
    """The whole parsed project."""
    from dbt.contracts.graph.manifest import Manifest

    return Manifest.from_msgpack(stored.read_bytes())


def read_run_manifest(stored: Path) -> Any:
    """The parsed project as a run needs it; written beside the whole one where that is newer."""
    reduced = stored.with_name(RUN_MANIFEST)
    if not reduced.exists() or reduced.stat().st_mtime <= stored.stat().st_mtime:
        _write_run_manifest(stored, reduced)
    return read_manifest(reduced)


def _write_run_manifest(stored: Path, reduced: Path) -> None:
    """Leave out the text and the columns of views, which cost most of the loading time and are never used."""
    manifest = read_manifest(stored)
    for node in manifest.nodes.values():
        if node.resource_type == "model" and node.schema in LIVE_LAYERS:
            node.raw_code, node.description, node.columns = "", "", {}
    manifest.files, manifest.docs = {}, {}
    written = reduced.with_suffix(f".{os.getpid()}")
    written.write_bytes(manifest.to_msgpack())
    written.replace(reduced)
