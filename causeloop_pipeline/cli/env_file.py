"""Files of `NAME=VALUE` lines, as units of systemd and containers read them."""

from pathlib import Path


def read_env_file(path: Path) -> dict[str, str]:
    """The variables of a file; raises OSError, and ValueError with the first line that is none."""
    variables: dict[str, str] = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        name, equals, value = line.strip().partition("=")
        if not name or name.startswith(("#", ";")):
            continue
        if not equals:
            raise ValueError(f"line {number} of {path} is not NAME=VALUE")
        is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
        variables[name.strip()] = value[1:-1] if is_quoted else value
    return variables
