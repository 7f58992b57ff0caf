"""Run a module that ends with whoever started it: `python -m deployments.tethered PARENT MODULE …`.

A starter that is killed cannot stop its children, and an orphaned dispatch loop would go on sending
mail. On Linux the kernel tells the child; elsewhere this only runs the module.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: int, arguments: list[str]) -> None:
    """Become `python -m <arguments>`, to be sent SIGTERM when the process `parent` is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)  # it was gone before the kernel was asked
    os.execv(sys.executable, [sys.executable, "-m", *arguments])  # noqa: S606


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
