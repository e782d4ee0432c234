"""The fake of each tracker, with the credentials and the configuration that it knows."""

from typing import Any

from tests.outbound.fake_trackers import REPOSITORY, FakeGitHub, FakeJira
from tests.outbound.more_fake_trackers import (
    FakeAsana,
    FakeAzureDevOps,
    FakeGitLab,
    FakeLinear,
    FakeServiceNow,
)
from tests.outbound.self_hosted_fake_trackers import FakeForgejo, FakeRedmine, FakeYouTrack, FakeZammad

FAKES: dict[str, Any] = {
    "asana": FakeAsana,
    "azure_devops": FakeAzureDevOps,
    "forgejo": FakeForgejo,
    "github": FakeGitHub,
    "gitlab": FakeGitLab,
    "jira": FakeJira,
    "linear": FakeLinear,
    "redmine": FakeRedmine,
    "servicenow": FakeServiceNow,
    "youtrack": FakeYouTrack,
    "zammad": FakeZammad,
}
CREDENTIALS = {
    "asana": {"token": "planted-token"},
    "azure_devops": {"token": "planted-token"},
    "forgejo": {"token": "planted-token"},
    "gitlab": {"token": "planted-token"},
    "redmine": {"api_key": "planted-token"},
    "youtrack": {"token": "planted-token"},
    "zammad": {"token": "planted-token"},
    "linear": {"api_key": "planted-token"},
    "servicenow": {"username": "bot", "password": "planted-token"},
    "github": {"token": "planted-token"},
    "jira": {"email": "bot@example.org", "api_token": "planted-token"},
}
CONFIG: dict[str, dict[str, Any]] = {
    "asana": {"projects": ["11"]},
    "azure_devops": {"organization": "acme", "projects": ["shop"]},
    "forgejo": {"repositories": ["acme/shop"]},
    "gitlab": {"projects": ["acme%2Fshop"]},
    "redmine": {"ticket_project": "shop"},
    "youtrack": {"ticket_project": "SHOP"},
    "zammad": {"ticket_group": "Users", "ticket_customer": "ops@acme.example"},
    "linear": {"ticket_team": "WEB"},
    "servicenow": {"instance": "acme"},
    "github": {"repositories": [REPOSITORY]},
    "jira": {"site": "acme", "ticket_project": "OPS"},
}
