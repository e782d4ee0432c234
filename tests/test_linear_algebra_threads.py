"""Each process of the product computes linear algebra in one thread, unless an operator says otherwise."""

import os
import subprocess
import sys

import pytest

COUNT_THREADS = """
import {package}
import numpy, scipy.linalg, threadpoolctl
print({{library["num_threads"] for library in threadpoolctl.threadpool_info()}})
"""
PACKAGES = (
    "api.main",
    "causeloop_pipeline.cli",
    "causeloop_pipeline.definitions",
    "causeloop_pipeline.orchestration.instance.code_server",
)


def count_threads(package: str, **variables: str) -> str:
    """Of all libraries of linear algebra, in a new process that has imported a package first."""
    inherited = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    command = [sys.executable, "-c", COUNT_THREADS.format(package=package)]
    run = subprocess.run(command, env={**inherited, **variables}, capture_output=True, text=True, check=True)
    return run.stdout.strip()


@pytest.mark.usefixtures("installation")  # whose dbt project is parsed: definitions would parse it first
@pytest.mark.parametrize("package", PACKAGES)
def test_linear_algebra_takes_one_thread(package: str) -> None:
    assert count_threads(package) == "{1}"


def test_a_setting_of_the_environment_is_kept() -> None:
    assert count_threads("causeloop_pipeline", OPENBLAS_NUM_THREADS="2") == "{2}"
