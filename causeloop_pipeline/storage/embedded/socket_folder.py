"""The folder of the embedded server's socket, which only the server's user may enter."""

import contextlib
import os
import pwd
import stat
from pathlib import Path

from causeloop_pipeline.storage.embedded.server_error import ServerError

SOCKET_PATH_LIMIT = 90


def choose_socket_dir(home: Path, port: int) -> Path:
    """In the data folder or, where its path is too long for a socket, in /var/tmp."""
    chosen = home / "socket"
    if len(str(chosen)) > SOCKET_PATH_LIMIT:
        chosen = Path("/var/tmp") / f"causeloop-{port}"  # noqa: S108 - our own 0700 folder
    return chosen


def claim_socket_dir(folder: Path, user: pwd.struct_passwd | None) -> None:
    """Make a folder that only the server's user may enter; one that somebody else has made is refused.

    In /var/tmp everybody may make a folder, or a link to one, before.
    """
    owner = user.pw_uid if user else os.geteuid()
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid, follow_symlinks=False)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != owner:
        raise ServerError(
            f"{folder}, in which PostgreSQL's socket would be, is not a folder of this installation: remove "
            "it, or set CAUSELOOP_STATE_DIR to a shorter path, which holds the socket itself"
        )
    folder.chmod(0o700)
