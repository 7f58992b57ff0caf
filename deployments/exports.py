"""Lines for another terminal: what its commands need, to see the installation that runs here.

Paths and addresses only. A password or PIN of the key is nothing to print.
"""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from gongmun import prefect_login
from gongmun.settings import PROJECT_ROOT

# Also those of the key: what is issued from there is signed as it is here.
_SETTINGS = (
    "GONGMUN_VAR",
    "GONGMUN_PREFECT_LOGIN",
    "GONGMUN_PUBLIC_URL",
    "GONGMUN_SIGNING__KEY",
    "GONGMUN_SIGNING__CERTIFICATE",
    # Of the sample, whose relay and mailboxes are on this machine.
    "GONGMUN_MAIL__HOST",
    "GONGMUN_MAIL__PORT",
    "GONGMUN_MAIL__TLS",
    "GONGMUN_MAIL__TEST_RELAY",
    "GONGMUN_MAIL__JOURNAL",
    "GONGMUN_INBOX__MAILDIR",
    "GONGMUN_INBOX__ADDRESS",
)


def exports() -> Sequence[str]:
    """The settings that stand in this environment, for a shell in the folder of the project."""
    return [f"export {name}={shown(os.environ[name])}" for name in _SETTINGS if name in os.environ]


def exports_for_prefect(url: str, login: Path | None) -> Sequence[str]:
    """What the command `prefect` and other clients of its API need as well: `gongmun` finds the login by itself.

    `login` is its file, which the shell reads: nothing secret is printed. None where the environment told it.
    """
    lines = [f"export PREFECT_API_URL={url}", "export DO_NOT_TRACK=1"]
    if login is not None:
        lines.append(f'export {prefect_login.CLIENT}="$(cat {shown(login)})"')
    return lines


def shown(path: Path | str) -> str:
    """A path as a shell takes it, from the folder of the project where it lies there."""
    is_ours = Path(path).is_relative_to(PROJECT_ROOT)
    return shlex.quote(str(Path(path).relative_to(PROJECT_ROOT) if is_ours else path))
