"""Runs dbt, which normalizes records into issues and changes, confined to a run's scope by the database.

dbt runs in this process. The run's id reaches its connections through PGOPTIONS, which applies to the whole
process: hence one invocation at a time, here by a lock of threads and across processes by an advisory lock
of the database.
"""

import contextlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from causeloop_pipeline.model.issue import EDITABLE_TEXTS
from causeloop_pipeline.settings import DBT_PROJECT_DIR, copy_environment, settings, temporary_variables
from causeloop_pipeline.storage.app.run_scopes import EmptyScopeError
from causeloop_pipeline.storage.dbt.built_views import delete_digest, is_built_from, store_digest
from causeloop_pipeline.storage.dbt.invocation import invoke_dbt
from causeloop_pipeline.storage.dbt.project_files import hash_project
from causeloop_pipeline.storage.dbt.report import NormalizationError, NormalizationReport, make_report

DBT_LOCK = 0x63_6C_64_62_74  # "cldbt"
LOCK_TIMEOUT = "15min"
PARSE_SECONDS = 600
ISSUE_MODEL = "issue"
ISSUE_MODELS = (ISSUE_MODEL, "occurrence")
RUN_MODELS = (*ISSUE_MODELS, "change")
QUIET_FLAGS = (
    "--quiet",
    "--log-level",
    "none",
    "--log-level-file",
    "none",
    "--no-print",
    "--no-version-check",
)
FAST_FLAGS = ("--no-populate-cache", "--no-write-json")

FIELD_VARIABLES = {"CAUSELOOP_DBT_EDITABLE_TEXTS": " ".join(EDITABLE_TEXTS)}

_invocation_lock = threading.Lock()


class Normalizer:
    """The dbt project and its database; caches the parsed manifest between invocations."""

    def __init__(
        self, pipeline_url: str | None, *, project_dir: Path = DBT_PROJECT_DIR, target_dir: Path | None = None
    ) -> None:
        self._url = pipeline_url
        self._project_dir = project_dir
        self._target_dir = target_dir or settings().state_dir / "dbt" / "target"
        self._manifest: Any = None

    @property
    def manifest_path(self) -> Path:
        """The manifest as JSON, which Dagster's definitions are built from."""
        return self._target_dir / "manifest.json"

    @property
    def _stored_manifest(self) -> Path:
        return self._target_dir / "partial_parse.msgpack"

    @property
    def _parsed_digest_path(self) -> Path:
        return self._target_dir / "project.sha256"

    def parse(self) -> Path:
        """Parse the project and write its manifest, which other processes then load in milliseconds.

        They find a whole manifest, also those that look while this one writes.
        """
        self._target_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._target_dir) as folder:
            # Parsing only what changed loses the severity of the checks that call a changed macro.
            result = self._invoke(["parse", "--no-partial-parse"], QUIET_FLAGS, target_dir=Path(folder))
            if result.exception is not None:
                raise NormalizationError(
                    f"dbt cannot read {self._project_dir}: {result.exception}"
                ) from result.exception
            for path in (self._stored_manifest, self.manifest_path):
                (Path(folder) / path.name).replace(path)
        self._manifest = result.result
        self._parsed_digest_path.write_text(self._describe_parsed())
        return self.manifest_path

    def require_manifest(self) -> Path:
        """Parse the project unless this very one was parsed, for this database if one is known."""
        return self.manifest_path if self._is_parsed() else self.parse()

    def require_manifest_apart(self) -> Path:
        """The same, but another process parses: dbt does it in threads, and no process that has them may be
        forked."""
        if not self._is_parsed():
            _parse_apart()
        return self.manifest_path

    def build_views(self) -> NormalizationReport | None:
        """Load the value maps and create all views; None when those of this very project are in place."""
        digest = self._hash_project()
        with psycopg.connect(self._require_url(), autocommit=True) as connection:
            if is_built_from(connection, digest):
                self.require_manifest()  # this state folder may be another one than that of the build
                return None
            delete_digest(connection)
            select = ("--exclude-resource-type", "unit_test", "--exclude", "issue+", "change+")
            report = self._run_exclusively(["build", "--full-refresh", *select])
            store_digest(connection, digest)
        return report

    def normalize(
        self, run_id: str, *, rebuild: bool = False, has_changes: bool = True
    ) -> NormalizationReport:
        """Normalize the records that a run has claimed and mapped.

        `rebuild`: it has claimed all, so that issues without a record go. `has_changes`: some are of changes;
        if none is, only issues are made.
        """
        models = RUN_MODELS if rebuild or has_changes else ISSUE_MODELS
        arguments = ["build", "--select", *models, "--exclude-resource-type", "unit_test"]
        if rebuild:
            arguments += ["--vars", "{rebuild: true}"]
        return self._run_exclusively(arguments, run_id)

    def warm_up(self) -> bool:
        """Let dbt build what it builds at its first invocation, without a database; False if none is parsed.

        A process that is forked from this one then begins to normalize at once.
        """
        if not self._is_parsed():
            return False
        self._manifest = _read_manifest(self._stored_manifest)
        _compile_macros(self._manifest)
        arguments = ["compile", "--no-introspect", "--select", ISSUE_MODEL]
        return self._invoke(arguments, (*QUIET_FLAGS, *FAST_FLAGS)).exception is None

    def run_unit_tests(self) -> NormalizationReport:
        """Run the project's own unit tests; the views must have been built."""
        return self._run_exclusively(["test", "--select", "test_type:unit"])

    def _run_exclusively(self, arguments: Sequence[str], run_id: str | None = None) -> NormalizationReport:
        with _lock_models(self._require_url(), run_id):
            self._load_manifest()
            return make_report(self._invoke(arguments, (*QUIET_FLAGS, *FAST_FLAGS), run_id))

    def _require_url(self) -> str:
        if self._url is None:
            raise NormalizationError("no database: CAUSELOOP_PIPELINE_DATABASE_URL is not set")
        return self._url

    def _load_manifest(self) -> None:
        """Load the stored manifest; parse the project when there is none or the project has changed since."""
        self.require_manifest()
        # Compiling changes a manifest: each invocation starts from a fresh copy, which takes milliseconds.
        self._manifest = _read_manifest(self._stored_manifest)

    def _is_parsed(self) -> bool:
        """Whether these very files were parsed: an upgrade may bring files older than the stored manifest.

        One that was parsed without a database, or for another, cannot be run in this one.
        """
        paths = (self._stored_manifest, self.manifest_path, self._parsed_digest_path)
        if not all(path.exists() for path in paths):
            return False
        parsed = self._parsed_digest_path.read_text()
        return parsed == self._describe_parsed() or (
            self._url is None and parsed.startswith(self._hash_project())
        )

    def _describe_parsed(self) -> str:
        database = conninfo_to_dict(self._url).get("dbname") if self._url else None
        return f"{self._hash_project()} {database or 'without a database'}"

    def _hash_project(self) -> str:
        return hash_project(self._project_dir)

    def _invoke(
        self,
        arguments: Sequence[str],
        flags: Sequence[str],
        run_id: str | None = None,
        *,
        target_dir: Path | None = None,
    ) -> Any:
        paths = {
            "--project-dir": self._project_dir,
            "--profiles-dir": self._project_dir,
            "--target-path": target_dir or self._target_dir,
            "--log-path": self._target_dir.parent / "logs",
        }
        options = [word for option, path in paths.items() for word in (option, str(path))]
        manifest = None if arguments[0] == "parse" else self._manifest
        variables = FIELD_VARIABLES | _connection_variables(self._url) | _run_variable(run_id)
        with _invocation_lock, temporary_variables(variables):
            return invoke_dbt([*arguments, *options, *flags], manifest)


@contextlib.contextmanager
def _lock_models(url: str, run_id: str | None) -> Iterator[None]:
    """Lock the models in the database; a run must have a workspace in its scope."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"set lock_timeout = '{LOCK_TIMEOUT}'")
        connection.execute("select pg_advisory_lock(%s)", (DBT_LOCK,))
        if run_id is not None:
            _require_scope(connection, run_id)
        yield


def _require_scope(connection: psycopg.Connection[Any], run_id: str) -> None:
    in_scope = connection.execute(
        "select 1 from app.run_scope where run_id = %s and excluded_by is null limit 1", (run_id,)
    ).fetchone()
    if in_scope is None:
        raise EmptyScopeError(
            f"run {run_id} has no workspace in its scope: open the scope before normalizing"
        )


def _connection_variables(url: str | None) -> dict[str, str]:
    if url is None:
        return {}
    parts = conninfo_to_dict(url)
    variables = {
        "CAUSELOOP_DBT_HOST": parts.get("host"),
        "CAUSELOOP_DBT_PORT": parts.get("port", 5432),
        "CAUSELOOP_DBT_DATABASE": parts.get("dbname"),
        "CAUSELOOP_DBT_USER": parts.get("user"),
        "DBT_ENV_SECRET_CAUSELOOP_PASSWORD": parts.get("password"),
        "CAUSELOOP_DBT_SSLMODE": parts.get("sslmode"),
    }
    return {name: str(value) for name, value in variables.items() if value is not None}


def _run_variable(run_id: str | None) -> dict[str, str]:
    if run_id is None:
        return {}
    escaped = run_id.replace("\\", "\\\\").replace(" ", "\\ ")
    return {"PGOPTIONS": f"-c causeloop.run={escaped}"}


def _read_manifest(stored: Path) -> Any:
    from causeloop_pipeline.storage.dbt.internals import read_manifest

    return read_manifest(stored)


def _compile_macros(manifest: Any) -> None:
    from causeloop_pipeline.storage.dbt.internals import compile_macros

    compile_macros(manifest, RUN_MODELS)


def open_normalizer() -> Normalizer:
    """The project for the database of the settings, or for none where they name none."""
    config = settings()
    has_database = config.dbt_database_url or config.pipeline_database_url
    return Normalizer(config.require_dbt_url() if has_database else None)


def _parse_apart() -> None:
    command = [sys.executable, "-m", "causeloop_pipeline.storage.dbt.runner", "parse"]
    parsed = subprocess.run(
        command, env=copy_environment(), capture_output=True, text=True, check=False, timeout=PARSE_SECONDS
    )
    if parsed.returncode:
        raise NormalizationError(f"dbt's project cannot be parsed: {parsed.stderr.strip()}")


def parse_project(arguments: Sequence[str]) -> Path:
    """`python -m causeloop_pipeline.storage.dbt.runner parse` writes the manifest, for the database of the
    settings or for none."""
    if list(arguments) != ["parse"]:
        raise SystemExit("usage: python -m causeloop_pipeline.storage.dbt.runner parse")
    return open_normalizer().parse()


if __name__ == "__main__":
    sys.stdout.write(f"{parse_project(sys.argv[1:])}\n")
