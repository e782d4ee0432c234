"""The tools of each demo workspace, and the credentials of their connectors."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from causeloop_pipeline.demo.causes import read_demo_workspaces
from causeloop_pipeline.demo.deployments import list_deployed_services
from causeloop_pipeline.demo.vendors import datadog, github, in_house, jira, okta, pagerduty, sentry, zendesk

TOOLS: dict[str, ModuleType] = {
    "pagerduty": pagerduty,
    "jira": jira,
    "github": github,
    "datadog": datadog,
    "zendesk": zendesk,
    "okta": okta,
    "custom_api": in_house,
    "sentry": sentry,
}


@dataclass(frozen=True)
class Account:
    """One tool of one workspace: what a connector needs in order to read it."""

    workspace: str
    tool: str
    token: str
    config: dict[str, Any]
    credentials: dict[str, str]


def list_accounts(demo_url: str) -> list[Account]:
    """Every account of the demo, its tool to be reached at `demo_url`."""
    return [
        _make_account(setting.workspace, tool, demo_url)
        for setting in read_demo_workspaces().values()
        for tool in setting.tools
    ]


def make_token(workspace: str, tool: str) -> str:
    """The token of an account; it is not a secret, because all data behind it is invented."""
    return f"demo-{workspace}-{tool}"


def _make_account(workspace: str, tool: str, demo_url: str) -> Account:
    token = make_token(workspace, tool)
    return Account(
        workspace,
        tool,
        token,
        config={"base_url": demo_url, **_make_config(workspace, tool)},
        credentials=_make_credentials(tool, token),
    )


def _make_config(workspace: str, tool: str) -> dict[str, Any]:
    configs: dict[str, dict[str, Any]] = {
        "jira": {"site": workspace, "ticket_project": "OPS"},
        "github": {
            "repositories": [
                f"{workspace}-engineering/{service}" for service in list_deployed_services(workspace)
            ]
        },
        "zendesk": {"subdomain": workspace},
        "okta": {"org": f"{workspace}.okta.com"},
        "custom_api": in_house.CONFIG,
        "sentry": {"organization": workspace},
    }
    return configs.get(tool, {})


def _make_credentials(tool: str, token: str) -> dict[str, str]:
    if tool in {"jira", "zendesk"}:
        return {"email": "connector@demo.example", "api_token": token}
    if tool == "datadog":
        return {"api_key": token, "application_key": f"{token}-application"}
    return {"token" if tool in {"github", "custom_api", "sentry"} else "api_token": token}
