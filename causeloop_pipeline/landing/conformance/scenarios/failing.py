"""Tools that fail: limits, errors, broken and slow answers, tokens that end, pages that lie."""

import random
import threading

from causeloop_pipeline.connectors.auth import FirstOf, GitHubApp, OAuth2, ServiceAccount
from causeloop_pipeline.landing.conformance.scenarios.outcome import (
    DoesNotApplyError,
    Scenario,
    check_doubles,
    check_reason,
    complete,
    recovers,
)
from causeloop_pipeline.landing.conformance.simulation import faults
from causeloop_pipeline.landing.conformance.simulation.bench import IMPATIENT, Bench
from causeloop_pipeline.landing.conformance.simulation.landed import Landed
from causeloop_pipeline.landing.conformance.simulation.simulator import Fault


def wait_for_the_limit(bench: Bench, _random: random.Random) -> str | None:
    """A refusal over the rate limit, with each way to say how long to wait."""
    for style, bend in faults.limits(bench.connector).items():
        if problem := recovers(bench, faults.at_request(_middle(bench), bend)):
            return f"wait by {style}: {problem}"
    return None


def _middle(bench: Bench) -> int:
    """The number of a request that a full read makes, not the first where there are several."""
    bench.sync(Landed())
    return min(1, bench.simulator.requests - 1)


def _once(bend: faults.Bend) -> Scenario:
    return lambda bench, _random: recovers(bench, faults.at_request(_middle(bench), bend))


def _from_then_on(bend: faults.Bend) -> Scenario:
    return lambda bench, _random: recovers(bench, faults.from_request(_middle(bench), bend), must_fail=True)


def outlast_slow_bodies(bench: Bench, _random: random.Random) -> str | None:
    """The tool stops in the middle of an answer; the sync does not wait for ever."""
    go_on, landed = threading.Event(), Landed()
    fault = faults.at_request(_middle(bench), faults.stall(go_on))
    reason = bench.sync(landed, fault, retry_policy=IMPATIENT)
    go_on.set()
    if reason is None:
        return "the sync did not end with a reason"
    return check_reason(bench, landed, reason) or complete(bench, landed)


def renew_the_token(bench: Bench, _random: random.Random) -> str | None:
    """What was sent first is refused from then on: a token is fetched again, anything else reported."""
    auth = bench.connector.auth
    first = auth.ways[0] if isinstance(auth, FirstOf) else auth
    landed = Landed()
    reason = bench.sync(landed, faults.Expires())
    if bench.simulator.requests < 2:
        raise DoesNotApplyError("a full read is one request")
    if isinstance(first, OAuth2 | ServiceAccount | GitHubApp) and reason is not None:
        return f"no other token was fetched: {reason}"
    return check_reason(bench, landed, reason) or complete(bench, landed)


def refuse_for_ever(bench: Bench, _random: random.Random) -> str | None:
    """A list that may be left out is left out; all others end the sync with a reason."""
    landed = Landed()
    bench.sync(landed, faults.from_request(_middle(bench), faults.status(403)))
    return complete(bench, landed)


def take_a_page_again(bench: Bench, _random: random.Random) -> str | None:
    """One page comes twice."""
    return _tolerates(bench, faults.Repeats(forever=False))


def leave_a_loop(bench: Bench, _random: random.Random) -> str | None:
    """The same page comes for ever."""
    return _tolerates(bench, faults.Repeats(forever=True))


def _tolerates(bench: Bench, fault: Fault) -> str | None:
    """Pages that lie: nothing may be landed twice, and a healthy full read must still find all."""
    landed = Landed()
    bench.sync(landed, fault)
    return check_doubles(landed) or complete(bench, Landed(versions=landed.versions))


def pass_an_empty_page(bench: Bench, _random: random.Random) -> str | None:
    """A page without records leads on all the same."""
    listed = bench.simulator.lists[0]
    if faults.is_by_count(listed.pull):
        raise DoesNotApplyError("an empty page is the last by the tool's own rules")
    landed = Landed()
    bench.sync(landed, faults.at_request(0, faults.empty_page(listed.pull)))
    return complete(bench, Landed(versions=landed.versions))


def stay_at_the_host(bench: Bench, _random: random.Random) -> str | None:
    """A link to another host would carry the credentials there."""
    bend = faults.leads_elsewhere(bench.simulator.lists[0].pull)
    if bend is None:
        raise DoesNotApplyError("its pages are not links")
    return recovers(bench, faults.at_request(0, bend), must_fail=True)


def refuse_redirects(bench: Bench, _random: random.Random) -> str | None:
    """A redirect to another host is not followed."""
    bend = faults.status(302, Location=faults.FOREIGN)
    return recovers(
        bench,
        faults.at_request(0, bend),
        must_fail=not any(listed.pull.optional for listed in bench.simulator.lists),
    )


FAILING: dict[str, Scenario] = {
    "429 in each style": wait_for_the_limit,
    "500 once": _once(faults.status(500)),
    "503 for ever": _from_then_on(faults.status(503)),
    "reset in mid-body": _once(faults.cut),
    "truncated JSON": _once(faults.truncate),
    "truncated for ever": _from_then_on(faults.truncate),
    "slow body": outlast_slow_bodies,
    "401 in mid-sync": _once(faults.status(401)),
    "401 after an hour": renew_the_token,
    "403 for ever": refuse_for_ever,
    "a page comes again": take_a_page_again,
    "a looping cursor": leave_a_loop,
    "empty but has next": pass_an_empty_page,
    "next link to another host": stay_at_the_host,
    "redirect to another host": refuse_redirects,
}
