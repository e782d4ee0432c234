"""Settings come from the environment, then from what the supervisor wrote."""

import json

import pytest

from causeloop_pipeline.settings import MissingSettingError, Settings, state_dir


@pytest.fixture
def state(tmp_path, monkeypatch):
    """An empty state folder that the environment names."""
    monkeypatch.setenv("CAUSELOOP_STATE_DIR", str(tmp_path))
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


def test_an_empty_state_folder_variable_means_the_default(monkeypatch):
    monkeypatch.delenv("CAUSELOOP_STATE_DIR", raising=False)
    default = state_dir()
    monkeypatch.setenv("CAUSELOOP_STATE_DIR", "")
    assert state_dir() == default
    assert Settings().state_dir == default


def test_a_setting_that_is_needed_and_missing_is_named_with_what_to_do(state):
    with pytest.raises(MissingSettingError, match=r"CAUSELOOP_SECRET_KEY is not set.*causeloop up"):
        Settings().require("secret_key")
