"""Prefect's API must be named: without it Prefect starts a server of its own, with a database of
its own, and runs would vanish into it without a word.
"""

from prefect.settings import get_current_settings

from gongmun.errors import GongmunError


class PrefectApiMissing(GongmunError):
    """No PREFECT_API_URL."""

    code = "prefect.api_missing"
    ko = (
        "Prefect 서버 주소가 지정되지 않았습니다. PREFECT_API_URL=http://127.0.0.1:4200/api 와 같이 "
        "지정하거나 make up 으로 실행해 주십시오."
    )
    en = "PREFECT_API_URL is not set. Set it (http://127.0.0.1:4200/api), or start with `make up`."


def require_api() -> str:
    """The URL of Prefect's API.

    Raises:
        PrefectApiMissing: it is not set.
    """
    url = get_current_settings().api.url
    if not url:
        raise PrefectApiMissing()
    return str(url)
