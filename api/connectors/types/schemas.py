"""Types of connectors."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from causeloop_pipeline.model.plans import PlanName

Proof = Literal["yes", "failed", "not run"]


class ConnectorField(BaseModel):
    """A field of a connector's configuration or credentials."""

    name: str
    title: str
    help: str
    required: bool
    default: Any
    choices: list[str]
    type: str


class ConnectorProofs(BaseModel):
    """What the conformance kit has run of a type, and with which result."""

    pull: Proof = Field(description="New and changed records are polled, whatever the tool answers")
    push: Proof = Field(description="Webhooks are read, also when they come again or broken")
    backfill: Proof = Field(description="A long list is read whole")
    refresh: Proof = Field(description="An issue that ended between two polls is seen to have ended")
    changes: Proof = Field(description="Deploys, releases and flags are landed as changes")
    tickets: Proof = Field(description="Recommendations become tickets")
    drift: Proof = Field(description="Records of another shape are read or set aside with a reason")
    kill: Proof = Field(description="A process that is killed leaves nothing out and nothing twice")
    described_by: str = Field(description="vendor, real payload, both, or knowledge")


class ConnectorType(BaseModel):
    """A tool that can be connected, with the fields that its configuration needs."""

    type: str
    declaration: str | None = Field(description="The name of the workspace's own declaration of it")
    is_custom: bool = Field(description="Declared by people of this workspace")
    title: str
    category: str
    docs_url: str
    plan: PlanName
    available: bool = Field(description="Whether the workspace's plan includes it")
    polls: bool
    webhooks: bool
    webhook_setup: str | None
    tickets: bool
    proofs: ConnectorProofs
    config: list[ConnectorField]
    credentials: list[ConnectorField]


class GuideSection(BaseModel):
    """A heading and what is to be known under it."""

    title: str
    lines: list[str]


class ConnectorGuide(BaseModel):
    """How to connect a type of tool, written from its declaration."""

    type: str
    title: str
    docs_url: str
    sections: list[GuideSection]
