"""Operators are notified of failed runs by one channel: once per cause, and once when it is over."""

import json

import dagster as dg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.run_scope import TRIGGER
from causeloop_pipeline.orchestration.sensors.operator_notices import send_operator_notices
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation as Resources
from tests.conftest import Installation
from tests.orchestration.sensors.operators import Watch, bodies
from tests.support.fake_tool import FakeTool, Reply, in_turn

QUOTED = "Jane Doe cannot sign in"


@dg.op(config_schema={"fails": bool})
def work(context: dg.OpExecutionContext) -> None:
    if context.op_config["fails"]:
        raise ValueError(QUOTED)


@dg.job
def loop() -> None:
    work()


class Operators(Watch):
    """The operators, and the runs that they are notified of."""

    def run(self, *, fails: bool, trigger: str = "arrived_events") -> None:
        loop.execute_in_process(
            run_config={"ops": {"work": {"config": {"fails": fails}}}},
            instance=self.instance,
            tags={TRIGGER: trigger},
            raise_on_error=False,
        )

    def look(self) -> str:
        context = dg.build_sensor_context(
            instance=self.instance, cursor=self.cursor, resources={"installation": self.resources}
        )
        result = send_operator_notices(context)
        if isinstance(result, dg.SkipReason):
            return result.skip_message or ""
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor or ""
        assert isinstance(result.skip_reason, dg.SkipReason)
        return result.skip_reason.skip_message or ""


@pytest.fixture
def operators(instance: DagsterInstance, resources: Resources) -> Operators:
    return Operators(send_operator_notices, instance, resources)


def test_a_cause_is_notified_once_and_its_end_once(operators: Operators, receiver: FakeTool) -> None:
    operators.run(fails=True)
    operators.look()
    operators.run(fails=True)
    operators.look()
    operators.run(fails=False)
    operators.look()
    operators.look()

    failing, recovered = bodies(receiver)
    assert (failing["type"], recovered["type"]) == ("runs.failing", "runs.recovered")
    assert failing["data"]["cause"] == "step work ended with ValueError"
    assert failing["data"]["trigger"] == "arrived_events"
    assert recovered["data"]["failed_runs"] == 2
    assert QUOTED not in json.dumps(bodies(receiver))


def test_a_cause_that_returns_is_notified_again(operators: Operators, receiver: FakeTool) -> None:
    for fails in (True, False, True):
        operators.run(fails=fails)
        operators.look()

    assert [body["type"] for body in bodies(receiver)] == ["runs.failing", "runs.recovered", "runs.failing"]


def test_runs_of_another_trigger_do_not_end_a_cause(operators: Operators, receiver: FakeTool) -> None:
    operators.run(fails=True)
    operators.run(fails=False, trigger="nightly")
    operators.look()

    assert [body["type"] for body in bodies(receiver)] == ["runs.failing"]


def test_a_notice_that_was_not_taken_is_sent_again_under_the_same_id(
    operators: Operators, receiver: FakeTool
) -> None:
    receiver.script[0] = in_turn(Reply({}, 503), Reply({}))
    operators.run(fails=True)

    assert "not notified yet" in operators.look()
    operators.look()
    operators.look()

    first, second = bodies(receiver)
    assert first == second


def test_a_chat_is_notified_in_its_own_form(
    operators: Operators, receiver: FakeTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAUSELOOP_OPERATOR_CHANNEL", f"slack+{receiver.url}/chat")
    settings.cache_clear()
    operators.run(fails=True)
    operators.look()

    [request] = receiver.requests
    assert request.path == "/chat"
    assert "A run of arrived_events failed" in json.loads(request.body)["text"]


def test_without_a_channel_nobody_is_notified_and_the_sensor_says_so(
    operators: Operators, installation: Installation
) -> None:
    operators.run(fails=True)

    assert "CAUSELOOP_OPERATOR_CHANNEL is not set" in operators.look()
