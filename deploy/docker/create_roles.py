"""Creates the roles and databases that the secrets of an installation name, as the superuser of its server.

`python create_roles.py FOLDER` reads the files that create_secrets.sh made; what exists already is kept.
"""

import sys
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from causeloop_pipeline.storage.database.roles import create_roles

ROLE_FILES = (
    "CAUSELOOP_DATABASE_URL",
    "CAUSELOOP_PIPELINE_DATABASE_URL",
    "CAUSELOOP_API_DATABASE_URL",
    "CAUSELOOP_DAGSTER_DATABASE_URL",
)


def main(folder: Path) -> None:
    """Create them, each role with the password of its URL."""
    parts = [conninfo_to_dict((folder / name).read_text().strip()) for name in ROLE_FILES]
    passwords = {str(part["user"]): str(part["password"]) for part in parts}
    superuser_url = (folder / "CAUSELOOP_SUPERUSER_DATABASE_URL").read_text().strip()
    create_roles(superuser_url, passwords, str(parts[0]["dbname"]))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python create_roles.py FOLDER")
    main(Path(sys.argv[1]))
