"""Settings come from the environment, then from what the supervisor wrote."""

import json

import pytest
from pydantic import SecretStr

from causeloop_pipeline.settings import (
    PROCESS_VARIABLE,
    SECRETS_OF_PROCESSES,
    MissingSettingError,
    Settings,
    copy_environment,
    process_environment,
    state_dir,
)


@pytest.fixture
def state(tmp_path, monkeypatch):
    """An empty state folder that the environment names."""
    monkeypatch.setenv("CAUSELOOP_STATE_DIR", str(tmp_path))
    monkeypatch.delenv(PROCESS_VARIABLE, raising=False)
    for name in Settings.model_fields:
        if name != "state_dir":
            monkeypatch.delenv(f"CAUSELOOP_{name.upper()}", raising=False)
    return tmp_path


def test_an_empty_variable_counts_as_unset(state, monkeypatch):
    (state / "settings.json").write_text(json.dumps({"api_port": 9080, "secret_key": "stored"}))
    for name in ("API_PORT", "SECRET_KEY", "SMTP_URL", "OIDC_ISSUER"):
        monkeypatch.setenv(f"CAUSELOOP_{name}", "")
    settings = Settings()
    assert (settings.api_port, settings.smtp_url, settings.oidc_issuer) == (9080, None, None)
    assert settings.require("secret_key") == "stored"


def test_a_variable_wins_over_the_state_folder(state, monkeypatch):
    (state / "settings.json").write_text(json.dumps({"api_port": 9080}))
    monkeypatch.setenv("CAUSELOOP_API_PORT", "9090")
    assert Settings().api_port == 9090


def test_the_public_address_is_this_machine_at_the_port_of_the_api_unless_it_is_set(state, monkeypatch):
    assert Settings().public_url == "http://127.0.0.1:8080"
    monkeypatch.setenv("CAUSELOOP_API_PORT", "9090")
    assert Settings().public_url == "http://127.0.0.1:9090"
    monkeypatch.setenv("CAUSELOOP_PUBLIC_URL", "https://causeloop.example")
    assert Settings().public_url == "https://causeloop.example"


def test_an_empty_state_folder_variable_means_the_default(monkeypatch):
    monkeypatch.delenv("CAUSELOOP_STATE_DIR", raising=False)
    default = state_dir()
    monkeypatch.setenv("CAUSELOOP_STATE_DIR", "")
    assert state_dir() == default
    assert Settings().state_dir == default


def test_a_setting_that_is_needed_and_missing_is_named_with_what_to_do(state):
    with pytest.raises(MissingSettingError, match=r"CAUSELOOP_SECRET_KEY is not set.*causeloop up"):
        Settings().require("secret_key")


@pytest.mark.parametrize("process", SECRETS_OF_PROCESSES)
def test_a_server_sees_only_its_own_secrets(process, state, monkeypatch):
    secrets = {name for name, field in Settings.model_fields.items() if field.annotation == SecretStr | None}
    own = SECRETS_OF_PROCESSES[process]
    monkeypatch.setenv(PROCESS_VARIABLE, process)
    for name in secrets:
        monkeypatch.setenv(f"CAUSELOOP_{name.upper()}", "planted")

    visible = {name for name in secrets if getattr(Settings(), name)}
    inherited = process_environment(process, copy_environment())

    assert visible == own
    assert {name for name in secrets if f"CAUSELOOP_{name.upper()}" in inherited} == own


def test_a_server_reads_its_own_file_and_not_that_of_the_command_line(state, monkeypatch):
    (state / "settings.json").write_text(json.dumps({"database_url": "owner", "secret_key": "all"}))
    (state / "settings.api.json").write_text(json.dumps({"api_database_url": "api", "secret_key": "all"}))
    monkeypatch.setenv(PROCESS_VARIABLE, "api")

    assert Settings().require("api_database_url") == "api"
    with pytest.raises(MissingSettingError, match="the process api may not see CAUSELOOP_DATABASE_URL"):
        Settings().require("database_url")


def test_the_supervisor_s_environment_is_not_that_of_its_servers():
    environment = {"CAUSELOOP_DATABASE_URL": "owner", "CAUSELOOP_DAGSTER_STORAGE_URL": "storage", "PATH": "/"}

    assert process_environment("api", environment) == {"PATH": "/", PROCESS_VARIABLE: "api"}
    assert "CAUSELOOP_DAGSTER_STORAGE_URL" in process_environment("dagster", environment)
