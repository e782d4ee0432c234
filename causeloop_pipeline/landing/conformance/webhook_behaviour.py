"""What every webhook must do: read each body of the case, again the same, and survive bent ones."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.landing.conformance.behaviour import Outcome
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
)


def run_webhook_scenarios(
    connector: Connector, bodies: Sequence[Any], config: Mapping[str, Any], seed: int = 0
) -> Iterator[Outcome]:
    """The scenarios of a connector that takes webhooks."""
    yield _outcome("webhooks are read", _read_all(connector, bodies, config))
    yield _outcome("a webhook comes again", _read_again(connector, bodies, config))
    yield _outcome("bent webhooks", _survive_bent(connector, bodies, config, random.Random(seed)))  # noqa: S311


def _outcome(name: str, problem: str | None) -> Outcome:
    return Outcome(name, problem is None, problem or "")


def _read(connector: Connector, body: bytes, config: Mapping[str, Any]) -> WebhookDelivery:
    return read_delivery(connector, body, config=config)


def _read_all(connector: Connector, bodies: Sequence[Any], config: Mapping[str, Any]) -> str | None:
    if not bodies:
        return "the case holds no webhook"
    for number, body in enumerate(bodies):
        delivery = _read(connector, json.dumps(body).encode(), config)
        if delivery.quarantined:
            return f"body {number}: {delivery.quarantined[0].reason}"
    return None


def _read_again(connector: Connector, bodies: Sequence[Any], config: Mapping[str, Any]) -> str | None:
    """A replay gives the same ids and versions, so that nothing counts twice."""
    for number, body in enumerate(bodies):
        first, again = (_read(connector, json.dumps(body).encode(), config) for _ in range(2))
        if [_version(record) for record in first.records] != [_version(record) for record in again.records]:
            return f"body {number} gives other records when it comes again"
    return None


def _version(record: Any) -> tuple[str, str]:
    return record.external_id, record.payload_hash


def _survive_bent(
    connector: Connector, bodies: Sequence[Any], config: Mapping[str, Any], chance: random.Random
) -> str | None:
    """Whatever comes is landed, ignored or quarantined with a reason; nothing stops the receiver."""
    for body in [
        *OUTSIDE,
        *(_bend(chance.choice(bodies), chance) for _ in range(BENT_BODIES if bodies else 0)),
    ]:
        delivery = _read(connector, body, config)
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
