"""Private directories, locks and bounded logs."""

import fcntl
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from exobrain.embedded.errors import ServiceFailed

LOG_BYTES = 5_000_000  # one log and its predecessor together stay below twice this
TAIL_LINES = 20


def make_private(path: Path) -> None:
    """The directory exists, is ours, and nobody else may enter it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    # lstat: under /tmp somebody else may have planted a directory or a link of that name.
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise ServiceFailed(
            f"{path} belongs to user {found.st_uid}, not to user {os.geteuid()} who runs this; "
            "use that user, or another data directory."
        )
    if stat.S_IMODE(found.st_mode) != 0o700:
        path.chmod(0o700)


def try_lock(path: Path) -> int | None:
    """A descriptor that holds the lock, or None while another process holds it."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    return fd


def lock_holders(path: Path) -> list[int]:
    """The processes that have this lock file open, as far as this user may see (Linux)."""
    wanted = path.stat()
    holders = []
    for process in Path("/proc").glob("[0-9]*"):
        # A process may end meanwhile, or belong to somebody else.
        with suppress(OSError):
            if any(os.path.samestat(fd.stat(), wanted) for fd in (process / "fd").iterdir()):
                holders.append(int(process.name))
    return sorted(pid for pid in holders if pid != os.getpid())


def open_log(path: Path) -> int:
    """A descriptor that appends to the log, whatever its size is cut to meanwhile."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def bound_log(path: Path) -> None:
    """The log is small again when it was too large; its text is in `<name>.log.1`.

    The file is copied and cut rather than renamed, because a service keeps it open. The few
    lines written between the copy and the cut are lost.
    """
    try:
        if path.stat().st_size <= LOG_BYTES:
            return
    except FileNotFoundError:
        return
    shutil.copyfile(path, path.with_suffix(".log.1"))
    os.truncate(path, 0)


def tail(path: Path) -> str:
    """The last lines of a log."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 20_000))
            lines = file.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    return "\n".join(lines[-TAIL_LINES:])


def write_private(path: Path, text: str) -> None:
    """The file holds the text, whole or not at all, readable by its owner only."""
    draft = path.with_name(path.name + ".new")
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(os.fsencode(text))  # a path in it stays the bytes that the system knows
    draft.replace(path)
