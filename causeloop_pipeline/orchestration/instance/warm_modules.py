"""Everything that a run imports and dbt builds first, preloaded by the process that runs are forked from."""

import importlib
import os
import pkgutil

from causeloop_pipeline import stages
from causeloop_pipeline.analysis.detect.clusters.error_families import recognize_families
from causeloop_pipeline.analysis.predict.prophet.batch import load_prophet
from causeloop_pipeline.orchestration.dagster_internals.runs import IMPORTED_BY_RUNS
from causeloop_pipeline.orchestration.instance.fork_safety import watch_forks
from causeloop_pipeline.orchestration.instance.garbage_collection import pause_garbage_collection
from causeloop_pipeline.orchestration.materializations import leave_out_input_versions
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.dbt.internals import IMPORTED_BY_BUILDS
from causeloop_pipeline.storage.dbt.runner import Normalizer

DEFINITIONS = "causeloop_pipeline.definitions"
LIBRARIES = (
    *IMPORTED_BY_RUNS,
    *IMPORTED_BY_BUILDS,
    "dagster_postgres",
    "dbt.adapters.postgres",
    "dbt.cli.main",
    "igraph",
    "pyarrow.csv",
    "scipy.optimize",
    "scipy.sparse.csgraph",
    "scipy.special",
    "sparse_dot_topn",
    "sqlalchemy.dialects.postgresql.psycopg2",
    "upath.core",
    "upath.implementations.local",
)
"""Modules that functions import lazily."""


def prepare_runs() -> None:
    """Import what stages import lazily, and build what each run would otherwise build again.

    That is the repository's jobs, what dbt builds at its first invocation, and the patterns of error
    families.
    """
    for name in LIBRARIES:
        importlib.import_module(name)
    load_prophet()
    for module in pkgutil.walk_packages(stages.__path__, f"{stages.__name__}."):
        importlib.import_module(module.name)
    importlib.import_module(DEFINITIONS).defs.get_repository_def().load_all_definitions()
    Normalizer(None).warm_up()
    recognize_families("")
    leave_out_input_versions()


# Frozen objects are skipped by later collections, so that their memory pages stay shared.
with pause_garbage_collection():
    prepare_runs()
os.register_at_fork(after_in_child=settings.cache_clear)  # they may have changed since
watch_forks()
