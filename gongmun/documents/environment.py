"""What a process that reads hostile text or files gets of our environment: nothing that is secret."""

import os
from collections.abc import Mapping

# Where programs and libraries are found, and in which language and time zone they speak.
_PASSED = (
    *("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "HOME", "TMPDIR"),
    *("LANG", "LC_ALL", "LC_CTYPE", "TZ"),
)


def harmless() -> Mapping[str, str]:
    """The variables that are passed on. Settings, which may be passwords, are not among them."""
    return {name: os.environ[name] for name in _PASSED if name in os.environ}
