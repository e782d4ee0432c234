"""Private addresses that an administrator lists, without a restart."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.egress.allow_list import read_allowed
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.settings import settings, temporary_variables


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    with temporary_variables(
        {"CAUSELOOP_STATE_DIR": str(tmp_path), "CAUSELOOP_EGRESS_ALLOW": "127.0.0.1:8090"}
    ):
        settings.cache_clear()
        yield tmp_path
    settings.cache_clear()


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["egress", *arguments])
    return result.exit_code, result.output


def test_a_listed_address_holds_at_once_and_until_it_is_removed(state: Path) -> None:
    assert run("allow", "Alerts.Internal:9093")[0] == 0
    policy = EgressPolicy.parse(read_allowed(settings()))
    assert policy.allows("alerts.internal", 9093)
    assert policy.allows("127.0.0.1", 8090)
    assert not policy.allows("alerts.internal", 22)
    assert (state / "egress_allow").stat().st_mode & 0o077 == 0
    assert run("list")[1].split() == ["127.0.0.1:8090", "alerts.internal:9093"]
    assert run("remove", "alerts.internal:9093")[0] == 0
    assert not EgressPolicy.parse(read_allowed(settings())).allows("alerts.internal", 9093)


@pytest.mark.parametrize(
    "entry", ["169.254.169.254:80", "[fd00:ec2::254]:80", "*:443", "10.0.0.0/8:443", "host", "a b:1", "x:0"]
)
def test_what_is_not_a_single_address_or_hands_out_credentials_is_refused(state: Path, entry: str) -> None:
    code, _ = run("allow", entry)
    assert code != 0
    assert not (state / "egress_allow").exists()
