"""Becomes another program that dies with its parent and, for root, has given root up.

A script of its own, run as `python -I -S launch.py PARENT SIGNAL USER PROGRAM ARGUMENT...`,
because nothing but system calls may run between fork and exec in a process with threads.
Imports nothing of the project: it starts in 15 ms.

`USER` is `-` or a numeric user id. PostgreSQL refuses to run as root, but the checkout and the
data may lie below a directory that only root may enter (/root, say). So the program keeps one
privilege, and no path needs opening to others: to walk and read past permissions
(CAP_DAC_READ_SEARCH), or CAP_DAC_OVERRIDE where a container withholds that one, or where a strict
umask at installation left the program itself to root.
"""

import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_SET_NAME = 15
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
CAPABILITY_VERSION_3 = 0x20080522
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2


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


def switch_user(uid: int, *, program: str) -> None:
    """The process is that user, with one privilege: to reach the program and the data.

    Of the privileges we have it is the smallest that lets another user run the program.
    """
    libc, header = _libc(), _Header(CAPABILITY_VERSION_3, 0)
    held, kept = (_Data * 2)(), (_Data * 2)()
    _check(libc.capget(ctypes.byref(header), held))
    is_open = os.stat(program).st_mode & 0o001  # noqa: PTH116  pathlib doubles the start-up time
    wanted = (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE) if is_open else (CAP_DAC_OVERRIDE,)
    capability = next((c for c in wanted if held[0].permitted & 1 << c), None)
    _check(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
    # Else access(2), with which PostgreSQL looks for its own files, would ignore the privilege.
    # Not checked: without the right to say so, open paths work all the same.
    libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    try:
        group = pwd.getpwuid(uid).pw_gid
    except KeyError:
        group = uid
    os.setgroups([])
    os.setgid(group)
    os.setuid(uid)
    if capability is not None:
        kept[0].effective = kept[0].permitted = kept[0].inheritable = 1 << capability
    _check(libc.capset(ctypes.byref(header), kept))
    if capability is not None:
        _check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0))


def die_with_parent(parent: int, signum: int) -> None:
    """The kernel sends the signal when the thread that started this process ends."""
    if not sys.platform.startswith("linux"):
        return
    # After `switch_user`: changing the user clears the setting.
    _check(_libc().prctl(PR_SET_PDEATHSIG, signum, 0, 0, 0))
    if os.getppid() != parent:  # it died before the line above
        sys.exit(1)


def set_process_name(name: str) -> None:
    """`top` and `ps -o comm` show the process by that name, of which 15 letters count."""
    if sys.platform.startswith("linux"):
        _libc().prctl(PR_SET_NAME, name.encode(), 0, 0, 0)


def main(arguments: list[str]) -> None:
    """This process has become the program."""
    parent, signum, user, *program = arguments
    if user != "-":
        try:
            switch_user(int(user), program=program[0])
        except OSError as error:
            sys.exit(f"Cannot become user {user}: {error.strerror}. Run this as an ordinary user.")
    die_with_parent(int(parent), int(signum))
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # the supervisor blocks some while it starts us
    # Python ignores these, and what is ignored stays ignored in the program.
    for name in ("SIGPIPE", "SIGXFSZ"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    os.execv(program[0], program)  # noqa: S606  no shell is the point


if __name__ == "__main__":
    main(sys.argv[1:])
