"""What a workspace decides about its grouping."""

from dataclasses import dataclass

from causeloop_pipeline.analysis.detect.grouping.confidence import Recalibration
from causeloop_pipeline.analysis.detect.grouping.links import LinkRule
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import SHIPPED, PairParameters

ALGORITHM_VERSION = "10"


@dataclass(frozen=True, slots=True)
class GroupingOptions:
    """A workspace's settings for grouping; `namespace`, its id, makes pattern ids unique."""

    ai_confidence_threshold: float = 0.6
    ai_auto_link: bool = True
    demotion_margin: float = 0.05
    algorithm_version: str = ALGORITHM_VERSION
    namespace: str = ""
    keep_previous_groups: bool = True
    machine_sources: tuple[str, ...] = ()  # that are known to write by template
    parameters: PairParameters = SHIPPED  # others only where it is measured what they are worth

    def link_rule(self, recalibration: Recalibration) -> LinkRule:
        """From which similarity on issues are linked."""
        return LinkRule.of(
            self.ai_confidence_threshold,
            self.demotion_margin,
            is_automatic=self.ai_auto_link,
            recalibration=recalibration,
        )


EVERY_GROUP = GroupingOptions(ai_confidence_threshold=0.0)
"""All groups that may have one cause, also those that are only suggested elsewhere: to measure them."""
