"""A change: a deploy, release or reconfiguration of a service, which may trigger failures."""

from enum import StrEnum


class ChangeKind(StrEnum):
    """The kind of a change; `change` where the source does not tell."""

    DEPLOY = "deploy"
    RELEASE = "release"
    CONFIG_CHANGE = "config_change"
    FEATURE_FLAG = "feature_flag"
    CHANGE = "change"
