"""Tools that fail: limits, errors, broken and slow answers, tokens that end, pages that lie."""

import random
import threading

from causeloop_pipeline.connectors.auth import FirstOf, GitHubApp, OAuth2, ServiceAccount
from causeloop_pipeline.landing.conformance.scenarios.outcome import (
    DoesNotApplyError,
    Scenario,
    check_completeness,
    check_doubles,
    check_reason,
    check_recovery,
)
from causeloop_pipeline.landing.conformance.simulation import faults
from causeloop_pipeline.landing.conformance.simulation.bench import IMPATIENT, Bench
from causeloop_pipeline.landing.conformance.simulation.landed import Landed
from causeloop_pipeline.landing.conformance.simulation.simulator import Fault


def wait_for_the_limit(bench: Bench, _random: random.Random) -> str | None:
    """A refusal over the rate limit, with each way to say how long to wait."""
    for style, bend in faults.list_refusals(bench.connector).items():
        if problem := check_recovery(bench, faults.bend_one(_choose_request(bench), bend)):
            return f"wait by {style}: {problem}"
    return None


def _choose_request(bench: Bench) -> int:
    """The number of a request that a full read makes, not the first where there are several."""
    bench.sync(Landed())
    return min(1, bench.simulator.requests - 1)


def _fail_once(bend: faults.Bend) -> Scenario:
    return lambda bench, _random: check_recovery(bench, faults.bend_one(_choose_request(bench), bend))


def _fail_from_then_on(bend: faults.Bend) -> Scenario:
    return lambda bench, _random: check_recovery(
        bench, faults.bend_from(_choose_request(bench), bend), must_fail=True
    )


def outlast_slow_bodies(bench: Bench, _random: random.Random) -> str | None:
    """The tool stops in the middle of an answer; the sync does not wait forever."""
    go_on, landed = threading.Event(), Landed()
    fault = faults.bend_one(_choose_request(bench), faults.stall(go_on))
    reason = bench.sync(landed, fault, retry_policy=IMPATIENT)
    go_on.set()
    if reason is None:
        return "the sync did not end with a reason"
    return check_reason(bench, landed, reason) or check_completeness(bench, landed)


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
    return check_reason(bench, landed, reason) or check_completeness(bench, landed)


def refuse_for_ever(bench: Bench, _random: random.Random) -> str | None:
    """A list that may be left out is left out; all others end the sync with a reason."""
    landed = Landed()
    bench.sync(landed, faults.bend_from(_choose_request(bench), faults.answer_status(403)))
    return check_completeness(bench, landed)


def take_a_page_again(bench: Bench, _random: random.Random) -> str | None:
    """One page comes twice."""
    return _check_tolerance(bench, faults.Repeats(forever=False))


def leave_a_loop(bench: Bench, _random: random.Random) -> str | None:
    """The same page comes forever."""
    return _check_tolerance(bench, faults.Repeats(forever=True))


def _check_tolerance(bench: Bench, fault: Fault) -> str | None:
    """Pages that lie: nothing may be landed twice, and a healthy full read must still find all."""
    landed = Landed()
    bench.sync(landed, fault)
    return check_doubles(landed) or check_completeness(bench, Landed(versions=landed.versions))


def pass_an_empty_page(bench: Bench, _random: random.Random) -> str | None:
    """A page without records still has a next page."""
    listed = bench.simulator.lists[0]
    if faults.is_by_count(listed.pull):
        raise DoesNotApplyError("an empty page is the last by the tool's own rules")
    landed = Landed()
    bench.sync(landed, faults.bend_one(0, faults.empty_pages(listed.pull)))
    return check_completeness(bench, Landed(versions=landed.versions))


def stay_at_the_host(bench: Bench, _random: random.Random) -> str | None:
    """A link to another host would carry the credentials there."""
    bend = faults.lead_elsewhere(bench.simulator.lists[0].pull)
    if bend is None:
        raise DoesNotApplyError("its pages are not links")
    return check_recovery(bench, faults.bend_one(0, bend), must_fail=True)


def refuse_redirects(bench: Bench, _random: random.Random) -> str | None:
    """A redirect to another host is not followed."""
    bend = faults.answer_status(302, Location=faults.FOREIGN)
    return check_recovery(
        bench,
        faults.bend_one(0, bend),
        must_fail=not any(listed.pull.optional for listed in bench.simulator.lists),
    )


FAILING: dict[str, Scenario] = {
    "429 in each style": wait_for_the_limit,
    "500 once": _fail_once(faults.answer_status(500)),
    "503 forever": _fail_from_then_on(faults.answer_status(503)),
    "reset in mid-body": _fail_once(faults.cut),
    "truncated JSON": _fail_once(faults.truncate),
    "truncated forever": _fail_from_then_on(faults.truncate),
    "slow body": outlast_slow_bodies,
    "401 in mid-sync": _fail_once(faults.answer_status(401)),
    "401 after an hour": renew_the_token,
    "403 forever": refuse_for_ever,
    "a page comes again": take_a_page_again,
    "a looping cursor": leave_a_loop,
    "empty but has next": pass_an_empty_page,
    "next link to another host": stay_at_the_host,
    "redirect to another host": refuse_redirects,
}
