"""The product's word for what was done to a service before something failed."""

from enum import StrEnum


class ChangeKind(StrEnum):
    """What sort of change it was; `change` where nobody says more."""

    DEPLOY = "deploy"
    RELEASE = "release"
    CONFIG_CHANGE = "config_change"
    FEATURE_FLAG = "feature_flag"
    CHANGE = "change"
