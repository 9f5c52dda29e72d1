"""Becomes another program that dies with its parent and, for root, has given root up.

A script of its own, run as `python -I -S launch.py PARENT SIGNAL USER PROGRAM ARGUMENT...`,
because nothing but system calls may run between fork and exec in a process with threads.
Imports nothing of the project: it starts in 15 ms.

`USER` is `-` or a numeric user id. PostgreSQL refuses to run as root, but the checkout and the
data may lie below a directory that only root may enter (/root, say). So the program keeps one
privilege, to walk and read past permissions (CAP_DAC_READ_SEARCH; CAP_DAC_OVERRIDE where a
container withholds that one), and no path needs opening to others.
"""

import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
CAPABILITY_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def become(uid: int) -> None:
    """The process is that user, and may still walk and read past permissions."""
    libc, header, data = _libc(), _Header(CAPABILITY_VERSION_3, 0), (_Data * 2)()
    _check(libc.capget(ctypes.byref(header), data))
    kept = next(
        (c for c in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE) if data[0].permitted & 1 << c), None
    )
    _check(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.setgroups([])
    os.setgid(_group_of(uid))
    os.setuid(uid)
    if kept is None:
        return
    data = (_Data * 2)()
    data[0].effective = data[0].permitted = data[0].inheritable = 1 << kept
    _check(libc.capset(ctypes.byref(header), data))
    _check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kept, 0, 0))


def _group_of(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return uid


def die_with(parent: int, signum: int) -> None:
    """The kernel sends the signal when the thread that started this process ends."""
    if not sys.platform.startswith("linux"):
        return
    # After `become`: changing the user clears the setting.
    _check(_libc().prctl(PR_SET_PDEATHSIG, signum, 0, 0, 0))
    if os.getppid() != parent:  # it died before the line above
        sys.exit(1)


def main(arguments: list[str]) -> None:
    """This process has become the program."""
    parent, signum, user, *program = arguments
    if user != "-":
        become(int(user))
    die_with(int(parent), int(signum))
    # Python ignores these, and what is ignored stays ignored in the program.
    for name in ("SIGPIPE", "SIGXFSZ"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    os.execv(program[0], program)  # noqa: S606  no shell is the point


if __name__ == "__main__":
    main(sys.argv[1:])
