"""`gongmun prefect-login`: what to type into the login of Prefect's page."""

import os

from gongmun.cli.output import console, done
from gongmun.text import Bilingual


def show_login() -> None:
    """Prefect 화면의 로그인 칸에 입력할 값을 보여 줍니다. / Show what to type into the login of Prefect's page.

    이 값을 아는 사람은 누구나 승인할 수 있습니다. / Whoever knows it can approve.
    """
    from gongmun import prefect_login
    from gongmun.settings import settings

    file = settings().prefect_login
    login = prefect_login.find(file)
    if login is None:
        raise prefect_login.PrefectLoginMissing(file=file)
    page = os.environ.get("PREFECT_API_URL", "").removesuffix("/api")
    done(
        Bilingual(
            ko=f"Prefect 화면{page and f'({page})'}의 로그인 칸에 아래 한 줄을 그대로 입력하십시오.",
            en=f"Type this line into the login field of Prefect's page{page and f' ({page})'}.",
        )
    )
    # As it is: what is to be pasted is never broken.
    console.print(login, markup=False, soft_wrap=True)
