"""The embedded PostgreSQL with the product's schema, for the time of a benchmark."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.embedded.installation import prepare_database
from causeloop_pipeline.storage.embedded.postgres_server import Server, remove_server


@contextmanager
def open_embedded_server() -> Iterator[tuple[Server, Path]]:
    """A server in a state folder of its own, and the folder of its data; SystemExit with another database."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CAUSELOOP_STATE_DIR"] = folder
        server = prepare_database(Path(folder), settings().postgres_bin_dir)
        if server is None:
            raise SystemExit("this benchmark needs the embedded server: unset CAUSELOOP_DATABASE_URL")
        try:
            yield server, Path(folder) / "postgres"
        finally:
            remove_server(Path(folder) / "postgres")
