"""What the recipe of a real tool says: how it is installed and connected, how it fails and recovers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from tests.realtools.causeloop import Connected, Workspace
from tests.realtools.place import Place


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a person reads of the failure in the tool itself; texts are regular expressions."""

    title: str
    severity: str
    service: str | None
    """None: the tool does not say of what."""
    link: str | None
    """None: the tool has no page of its own."""
    has_end: bool = True
    """False: the tool never says that it is over."""


class RealTool(ABC):
    """One tool, connected in one way."""

    name: ClassVar[str]
    """As `make realtools TOOL=name` has it."""
    title: ClassVar[str]
    """As the table shows it."""
    type: ClassVar[str]
    """The connector's type; empty where programs send without one."""
    is_polled: ClassVar[bool] = False
    words: ClassVar[tuple[str, str]]
    """A word of the failure, and what a second site says in its place."""
    expected_failures: ClassVar[Mapping[str, str]] = {}
    """Checks that do not pass yet, each with the reason; one that passes all the same is an error."""
    unwanted: ClassVar[str] = ""
    """A regular expression in the titles of what is not a failure and must be no issue."""
    only: ClassVar[str] = ""
    """A regular expression in the titles of the failure's issues, where others may stand beside them."""
    end_seconds: ClassVar[float] = 100
    """How long Causeloop may take to see an end."""

    def __init__(self, place: Place) -> None:
        self.place = place

    @abstractmethod
    def install(self) -> str:
        """Install what is missing; the version."""

    @abstractmethod
    def start(self) -> None:
        """Start the servers, and wait until they are ready."""

    @abstractmethod
    def fail(self) -> None:
        """Let the same thing fail."""

    @abstractmethod
    def recover(self) -> None:
        """Let it be right again."""

    @property
    @abstractmethod
    def expected(self) -> Expected:
        """What the issue must say."""

    @property
    def address(self) -> str:
        """Where the tool's API is, of those that are polled."""
        return ""

    def configure(self, address: str) -> dict[str, Any]:
        """The connector's configuration, with the address of the tool or of a second site."""
        return {"base_url": address} if address else {}

    def read_credentials(self) -> dict[str, str]:
        """The connector's credentials."""
        return {}

    def connect(self, workspace: Workspace, name: str, address: str) -> Connected | None:
        """Make the connector; None where programs send without one."""
        return workspace.connect(self.type, self.configure(address), self.read_credentials(), name=name)

    def start_second(self) -> str:
        """The address of a second server with its own failure; empty: the first one answers in disguise."""
        return ""

    def push_to(self, url: str, secret: str) -> None:  # noqa: B027 most tools are polled
        """Set the tool up to push to a webhook's address."""

    def push_to_second(self, workspace: Workspace, second: Connected | None) -> bool:
        """Let a second site push a failure of its own; False: what the first pushed is sent in disguise."""
        return False


@dataclass
class Outcome:
    """What the checks of one tool have shown."""

    name: str
    title: str
    way: str
    version: str = ""
    minutes: float = 0.0
    passed: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    """Check → why it did not pass."""
    missing: str = ""
    """Why nothing was run."""
