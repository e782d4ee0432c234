"""`python -m manual FOLDER` writes what `mkdocs build` reads; `make site` runs both."""

import sys
from pathlib import Path

from manual.folder import write_folder

if __name__ == "__main__":
    write_folder(Path(sys.argv[1]))
