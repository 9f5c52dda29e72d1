"""Named steps at which a process can be made to die, for tests of what a crash leaves behind.

Off unless armed. A step that is reached costs one comparison.
"""

import os
import signal

_armed: str | None = None
_left = 0


def arm(fault: str | None) -> None:
    """This process dies at the step named `NAME`, or when it reaches it `NAME:N` for the Nth time.

    None disarms.
    """
    global _armed, _left
    name, _, count = (fault or "").partition(":")
    _armed, _left = name or None, int(count or 1)


def reach(step: str) -> None:
    """Nothing happens, unless this is the step at which the process is to die."""
    global _left
    if step != _armed:
        return
    _left -= 1
    if _left == 0:
        # Like a power cut: no handler runs, no buffer is flushed, no lock is given back.
        os.kill(os.getpid(), signal.SIGKILL)
