"""Secrets by reference: reads what a configuration file names, and names what an export must not hold."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from api.configuration.file_schema import SecretReference
from causeloop_pipeline.connectors.declared.problems import Problem

MAX_SECRET_BYTES = 20_000


class MissingSecretError(ValueError):
    """A secret that the file names is not there."""


@dataclass(frozen=True)
class SecretPlaces:
    """Where secrets are read: the environment, and files from the configuration's folder."""

    environment: Mapping[str, str]
    folder: Path

    def read(self, reference: SecretReference) -> str:
        """The secret; MissingSecretError says what to do where there is none."""
        if reference.env is not None:
            if not self.environment.get(reference.env):
                raise MissingSecretError(
                    f"the environment variable {reference.env} is not set: set it, or leave the line out"
                )
            return self.environment[reference.env]
        path = self._locate(str(reference.file))
        try:
            content = path.read_bytes()[: MAX_SECRET_BYTES + 1]
            secret = content.decode().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise MissingSecretError(f"the file {path} cannot be read ({reason}): write the secret") from None
        if not secret or len(content) > MAX_SECRET_BYTES:
            raise MissingSecretError(f"the file {path} is empty or too large: write the secret into it")
        return secret

    def keep(self, stored: Sequence[tuple[SecretReference, str]]) -> "SecretPlaces":
        """The same where a variable that is not set stands for the secret that is stored already.

        A variable that stands for several different ones must be set.
        """
        values: dict[str, set[str]] = {}
        for reference, secret in stored:
            if reference.env is not None and not self.environment.get(reference.env):
                values.setdefault(reference.env, set()).add(secret)
        unambiguous = {name: secrets.pop() for name, secrets in values.items() if len(secrets) == 1}
        return replace(self, environment={**self.environment, **unambiguous})

    def _locate(self, name: str) -> Path:
        """A file of the configuration's folder: whoever applies a file of somebody else sends no other."""
        path = self.folder / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise MissingSecretError(
                f"the file {name} is not in the folder of the configuration: put it there, and name it "
                "from there"
            )
        if path.resolve() != self.folder.resolve() / name:
            raise MissingSecretError(
                f"the file {name} is a symbolic link, or in one: put the file itself into the folder of the "
                "configuration"
            )
        if path.exists() and not path.is_file():
            raise MissingSecretError(f"{name} is not a file: name one that holds the secret")
        return path

    def find_missing(self, references: Mapping[str, SecretReference]) -> list[Problem]:
        """A problem for each reference that cannot be resolved, by its field."""
        problems = []
        for place, reference in references.items():
            try:
                self.read(reference)
            except MissingSecretError as missing:
                problems.append(Problem(place, str(missing)))
        return problems


@dataclass
class VariableNames:
    """Gives every exported secret a unique environment variable name."""

    taken: set[str] = field(default_factory=set)

    def name(self, *words: str) -> str:
        """A variable named after what its secret is for."""
        name = "_".join(re.findall(r"[A-Z0-9]+", " ".join(words).upper())) or "SECRET"
        name = f"_{name}" if name[0].isdigit() else name
        number, unique = 1, name
        while unique in self.taken:
            number += 1
            unique = f"{name}_{number}"
        self.taken.add(unique)
        return unique
