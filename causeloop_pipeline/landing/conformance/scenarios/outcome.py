"""How a scenario went, and the check that most of them end with."""

import random
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from causeloop_pipeline.landing.conformance.simulation.bench import NOW, Bench
from causeloop_pipeline.landing.conformance.simulation.landed import Landed
from causeloop_pipeline.landing.conformance.simulation.simulator import Fault

LATER = NOW + timedelta(hours=3)
SECRETS = ("planted-", "minted-")

Scenario = Callable[[Bench, random.Random], str | None]
"""What went wrong, None where nothing did; DoesNotApplyError where the connector has no such thing."""


class DoesNotApplyError(Exception):
    """The connector has nothing that a scenario could be run on; the text says why."""


@dataclass(frozen=True)
class ScenarioResult:
    """How a scenario went: passed, failed, or not run (None); `note` says what was wrong, or why not."""

    scenario: str
    is_passed: bool | None
    note: str = ""


def run(name: str, scenario: Callable[[], str | None]) -> ScenarioResult:
    """Run a scenario; an exception in it is a failure of its own."""
    try:
        problem = scenario()
    except DoesNotApplyError as reason:
        return ScenarioResult(name, None, str(reason))
    except Exception as error:
        return ScenarioResult(name, False, "".join(traceback.format_exception(error)[-3:]))
    return ScenarioResult(name, problem is None, problem or "")


def check_recovery(bench: Bench, fault: Fault | None, *, must_fail: bool = False) -> str | None:
    """What is wrong after a sync with a fault and then a healthy one; None where nothing is."""
    landed = Landed()
    reason = bench.sync(landed, fault)
    if must_fail and reason is None:
        return "the sync did not end with a reason"
    return check_reason(bench, landed, reason) or check_completeness(bench, landed)


def check_reason(bench: Bench, landed: Landed, reason: str | None) -> str | None:
    """What is wrong with how a sync ended: a credential in its reason, or a good end with records missing."""
    if reason is not None and any(secret in reason for secret in SECRETS):
        return "the reason shows a credential"
    missing = bench.list_expected_ids() - landed.versions.keys()
    if reason is None and missing:
        return f"records are missing although the sync ended well: {name_some(missing)}"
    return None


def check_completeness(bench: Bench, landed: Landed) -> str | None:
    """What is wrong after a healthy sync; None where everything was landed once."""
    reason = bench.sync(landed, now=LATER)
    if reason is not None:
        return f"the healthy sync afterwards failed: {reason}"
    missing = bench.list_expected_ids() - landed.versions.keys()
    if missing:
        return f"the cursor passed records that were not read: {name_some(missing)}"
    surplus = landed.versions.keys() - bench.list_expected_ids()
    if surplus:
        return f"records that the tool does not have: {name_some(surplus)}"
    return check_doubles(landed)


def check_doubles(landed: Landed) -> str | None:
    """Records of which more than one version was landed although nothing changed."""
    several = [name for name, versions in landed.versions.items() if len(versions) > 1]
    return f"landed more than once: {name_some(several)}" if several else None


def name_some(names: Iterable[str]) -> str:
    """How many names there are, and the first of them."""
    listed = sorted(names)
    return f"{len(listed)}, such as {', '.join(listed[:3])}"
