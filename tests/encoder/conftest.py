"""The tiny encoder."""

from pathlib import Path

import pytest

from tests.support.tiny_encoder import make_tiny_encoder


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_encoder(tmp_path_factory.mktemp("encoder"))
