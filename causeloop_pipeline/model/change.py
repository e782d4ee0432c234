"""A change: a deploy, release or reconfiguration of a service, which may trigger failures."""

from causeloop_pipeline.model.vocabulary import Vocabulary


class ChangeKind(Vocabulary):
    """The kind of a change; `change` where the source does not tell."""

    DEPLOY = "deploy"
    RELEASE = "release"
    CONFIG_CHANGE = "config_change"
    FEATURE_FLAG = "feature_flag"
    CHANGE = "change"


TEXT_FIELDS = ("external_id", "title", "service", "environment", "external_url")
"""The texts that a change has in common with an issue, under the same names."""
