"""The login (로그인) to Prefect's page and API: one name and one password for all coordinators.

Prefect knows no users: who decided stands in our own rows. The login lies in a file for nobody's eyes but this
account's (`GONGMUN_PREFECT_LOGIN`, `prefect-login` under `GONGMUN_VAR` where none is named), one line
`name:password`. What the environment says goes before it: `PREFECT_SERVER_API_AUTH_STRING` is what the server
asks for, `PREFECT_API_AUTH_STRING` what those say who speak to it; one of them stands for both.
"""

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from gongmun.errors import GongmunError

SERVER, CLIENT = "PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING"
NAME = "coordinator"
# 128 bits, in signs that one person can read out to another.
_BYTES = 16
# Prefect compares ASCII only.
_LOGIN = re.compile(r"[!-9;-~]+:[!-~]+")


class PrefectLoginUnusable(GongmunError):
    """What should be the login is none, or cannot be read."""

    code = "prefect.login_unusable"
    ko = (
        "Prefect 로그인을 사용할 수 없습니다: {source}. 읽을 수 있는지 확인하고, 공백과 한글이 없는 '이름:비밀번호' 한 "
        "줄만 두어 주십시오. 파일을 지우고 make up 을 실행하면 새로 만들어집니다."
    )
    en = (
        "The login to Prefect cannot be used: {source}. See that it can be read and is one line `name:password` in "
        "ASCII without spaces. Where its file is deleted, `make up` makes a new one."
    )


class PrefectLoginMissing(GongmunError):
    """No login is known here."""

    code = "prefect.login_missing"
    ko = (
        "Prefect 로그인을 찾지 못했습니다: {file}. make up 이 처음 실행될 때 만들어집니다. 이 터미널의 GONGMUN_VAR가 "
        "make up 과 같은지 확인해 주십시오."
    )
    en = (
        "There is no login to Prefect: {file}. The first `make up` makes it. See that GONGMUN_VAR in this terminal "
        "is that of `make up`."
    )


def told_by(environment: Mapping[str, str] = os.environ, *, serving: bool = True) -> str | None:
    """The variable that tells the login, to a server or else to a client; None where the file does."""
    names = (SERVER, CLIENT) if serving else (CLIENT, SERVER)
    # Set but empty would be an open server, which nobody is to have by mistake.
    return next((name for name in names if environment.get(name)), None)


def find(file: Path, environment: Mapping[str, str] = os.environ) -> str | None:
    """What to say to Prefect's server, `name:password`; None where no login is known here.

    Raises:
        PrefectLoginUnusable: there is one that cannot be used.
    """
    if name := told_by(environment, serving=False):
        return _checked(environment[name], name)
    return _read(file)


def use(file: Path) -> None:
    """Let Prefect's client say the login that is known here, in this process and in those that it starts.

    And say nothing to its makers, unless the environment asks for that. Prefect reads the environment when it is
    imported: call this before.
    """
    os.environ.setdefault("DO_NOT_TRACK", "1")
    if login := find(file):
        os.environ[CLIENT] = login


def ensure(file: Path, environment: Mapping[str, str] = os.environ) -> str:
    """What the server is to ask for, `name:password`; the file is made where there is none.

    Raises:
        PrefectLoginUnusable: there is one that cannot be used.
        PrefectLoginMissing: it was taken away meanwhile.
    """
    if name := told_by(environment):
        return _checked(environment[name], name)
    if not file.exists():
        _make(file)
    login = _read(file)
    if login is None:
        raise PrefectLoginMissing(file=file)
    return login


def variables(login: str) -> Mapping[str, str]:
    """The environment of a server that asks for this login, and of whoever speaks to it."""
    return {SERVER: login, CLIENT: login}


def _read(file: Path) -> str | None:
    try:
        return _checked(file.read_text("ascii").strip(), str(file))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise PrefectLoginUnusable(source=str(file)) from error


def _checked(login: str, source: str) -> str:
    if not _LOGIN.fullmatch(login):
        raise PrefectLoginUnusable(source=source)
    return login


def _make(file: Path) -> None:
    """Write a login that nobody knows yet, for this account only; of two that do at once the first one stays."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Whole under another name first: whoever reads it meanwhile finds none, or all of it.
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as text:
            text.write(f"{NAME}:{secrets.token_hex(_BYTES)}\n")
            text.flush()
            os.fsync(text.fileno())
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
