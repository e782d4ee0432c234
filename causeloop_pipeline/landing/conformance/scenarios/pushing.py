"""What every webhook must do: read each body of the case, once more, beside the poll, and broken."""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from causeloop_pipeline.connectors.json_paths import ANY_ENTRY, find_value
from causeloop_pipeline.connectors.spec import Connector, RecordSchema, WebhookEvent
from causeloop_pipeline.landing.conformance.scenarios.outcome import DoesNotApplyError, ScenarioResult, run
from causeloop_pipeline.landing.conformance.simulation.bench import Bench
from causeloop_pipeline.landing.conformance.simulation.json_edit import set_at
from causeloop_pipeline.landing.conformance.simulation.landed import Landed
from causeloop_pipeline.landing.conformance.simulation.sample_records import list_key_paths
from causeloop_pipeline.landing.inbound.webhook import WebhookDelivery, read_delivery

BENT_BODIES = 60
OUTSIDE = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"\xff\xfe",
    b'{"a": "\\ud800"}',
    b"[[[[[[]]]]]]",
    b'{"\\u0000": 1}',
    b"[" * 100_000,
    b'{"a": "' + b"A" * 5_000_001 + b'"}',
)


@dataclass(frozen=True)
class Pushes:
    """A connector that takes webhooks, the bodies of its case, and its simulated tool where it polls too."""

    connector: Connector
    bodies: Sequence[Any]
    config: Mapping[str, Any]
    bench: Bench | None = None

    def read(self, body: bytes) -> WebhookDelivery:
        """What the receiver makes of a body whose signature was verified."""
        return read_delivery(self.connector, body, config=self.config)


def run_webhook_scenarios(pushes: Pushes, seed: int = 0) -> Iterator[ScenarioResult]:
    """The scenarios of a connector that takes webhooks."""
    for name, scenario in PUSHING.items():
        yield run(name, partial(scenario, pushes, random.Random(seed)))  # noqa: S311 not for secrets


def read_all(pushes: Pushes, _random: random.Random) -> str | None:
    """Every body is a known event."""
    if not pushes.bodies:
        return "the case holds no webhook"
    for number, body in enumerate(pushes.bodies):
        delivery = pushes.read(json.dumps(body).encode())
        if delivery.quarantined:
            return f"body {number}: {delivery.quarantined[0].reason}"
    return None


def read_again(pushes: Pushes, _random: random.Random) -> str | None:
    """A replay gives the same ids and versions, so that nothing counts twice."""
    for number, body in enumerate(pushes.bodies):
        first, again = (pushes.read(json.dumps(body).encode()) for _ in range(2))
        if [_identify_version(record) for record in first.records] != [
            _identify_version(record) for record in again.records
        ]:
            return f"body {number} gives other records when it comes again"
    return None


def _identify_version(record: Any) -> tuple[str, str]:
    return record.external_id, record.payload_hash


def count_once(pushes: Pushes, _random: random.Random) -> str | None:
    """What is polled, pushed, and pushed again is one record."""
    bench = pushes.bench
    if bench is None:
        raise DoesNotApplyError("it has no lists that are polled")
    landed = Landed()
    if reason := bench.sync(landed):
        return reason
    polled = set(landed.versions)
    for body, external_id in _list_same_ones(pushes, bench):
        for _ in range(2):
            for record in pushes.read(json.dumps(body).encode()).records:
                landed.land(record)
        if len(landed.versions[external_id]) > 2:
            return f"{external_id} has more versions than were sent"
        if set(landed.versions) != polled:
            return f"{external_id} came under another id too"
        return None
    raise DoesNotApplyError("its webhooks report records under other ids than its lists")


def _list_same_ones(pushes: Pushes, bench: Bench) -> Iterator[tuple[Any, str]]:
    """Bodies of the case that report a polled record, with the record's id."""
    webhook = pushes.connector.webhook
    for listed in bench.simulator.lists:
        for record in listed.records[:1]:
            external_id = getattr(bench.read(listed, record), "external_id", None)
            for body in pushes.bodies:
                for event in webhook.events if webhook is not None else ():
                    bent = _replace_id(body, event, listed.pull.schema, record)
                    if bent is None:
                        continue
                    ids = [read.external_id for read in pushes.read(json.dumps(bent).encode()).records]
                    if external_id is not None and ids == [external_id]:
                        yield bent, external_id


def _replace_id(body: Any, event: WebhookEvent, schema: RecordSchema, record: Any) -> Any:
    """The body about another record; None where that record's id has other parts."""
    wanted, offered = list_key_paths(event.schema), list_key_paths(schema)
    content = find_value(body, event.record)
    if ANY_ENTRY in event.record or len(wanted) != len(offered) or not isinstance(content, dict | list):
        return None
    added = dict(event.add)
    prefix = f"{event.record}." if event.record else ""
    prefix += "0." if isinstance(content, list) else ""
    for path, source in zip(wanted, offered, strict=True):
        first, _, rest = path.partition(".")
        place = ".".join(filter(None, (added[first], rest))) if first in added else prefix + path
        old, new = find_value(body, place), find_value(record, source)
        body = set_at(body, place, str(new) if isinstance(old, str) else new)
    return body


def survive_bent(pushes: Pushes, chance: random.Random) -> str | None:
    """Whatever comes is landed, ignored or quarantined with a reason; nothing stops the receiver."""
    bodies = pushes.bodies
    for body in [
        *OUTSIDE,
        *(_bend(chance.choice(bodies), chance) for _ in range(BENT_BODIES if bodies else 0)),
    ]:
        delivery = pushes.read(body)
        if any(not refused.reason for refused in delivery.quarantined):
            return "a body was quarantined without a reason"
    return None


def _bend(body: Any, chance: random.Random) -> bytes:
    """A body with one value replaced, or with some bytes lost."""
    if chance.random() < 0.2:
        text = json.dumps(body).encode()
        return text[: chance.randrange(len(text) + 1)]
    return json.dumps(_replace(body, chance)).encode()


def _replace(node: Any, chance: random.Random) -> Any:
    if isinstance(node, dict) and node and chance.random() < 0.8:
        key = chance.choice(sorted(node))
        return node | {key: _replace(node[key], chance)}
    if isinstance(node, list) and node and chance.random() < 0.8:
        place = chance.randrange(len(node))
        return [*node[:place], _replace(node[place], chance), *node[place + 1 :]]
    return chance.choice([None, True, -1, 2**70, 1e300, "", "\x00", "x" * 5000, [], {}, [None], {"a": [1]}])


PUSHING: dict[str, Callable[[Pushes, random.Random], str | None]] = {
    "webhooks are read": read_all,
    "a webhook comes again": read_again,
    "polled, pushed and pushed again": count_once,
    "bent webhooks": survive_bent,
}
