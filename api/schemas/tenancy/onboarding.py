"""The setup's steps and where a workspace is in them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

StepName = Literal["create_workspace", "connect_source", "first_sync", "invite_members", "create_alert_rule"]
SkippableStep = Literal["connect_source", "first_sync", "invite_members", "create_alert_rule"]
STEPS: tuple[StepName, ...] = (
    "create_workspace",
    "connect_source",
    "first_sync",
    "invite_members",
    "create_alert_rule",
)


class Onboarding(BaseModel):
    """The progress of the setup wizard."""

    current_step: StepName | Literal["done"]
    completed_steps: list[StepName]
    skipped_steps: list[StepName]


class Step(BaseModel):
    """A step of the setup."""

    name: StepName
    status: Literal["open", "completed", "skipped"]
    has_occurred: bool = Field(description="Whether it can be completed: what it asks for is there")


class OnboardingSteps(BaseModel):
    """The setup's steps in order, and the first open one."""

    current_step: StepName | Literal["done"]
    steps: list[Step]


class SkipStep(BaseModel):
    """The step to skip."""

    model_config = ConfigDict(extra="forbid")

    step: SkippableStep


class CompleteStep(BaseModel):
    """The step to complete."""

    model_config = ConfigDict(extra="forbid")

    step: StepName
