"""`gongmun doctor`: the state of the installation, what is wrong first, with what helps."""

import typer

from gongmun.cli.output import block, done, line
from gongmun.text import Bilingual


def doctor() -> None:
    """설치 상태를 점검하고 고칠 방법을 알려 줍니다. / Examine the installation; what is wrong, and what helps.

    잘못된 것이 있으면 종료 코드 1 / exit code 1 where something is wrong.
    """
    from gongmun import clock, wiring
    from gongmun.cli.words import STANDINGS
    from gongmun.health import Standing, badness, examine_all, worst
    from gongmun.settings import settings

    checks = examine_all(settings(), wiring.database(), clock.now())
    for check in sorted(checks, key=lambda each: -badness(each.standing)):
        state = STANDINGS[check.standing]
        if check.standing is Standing.WELL:
            line(state, check.name, check.found)
        else:
            block(state, check.name, check.found, check.remedy)
    match worst(checks):
        case Standing.WRONG:
            raise typer.Exit(1)
        case Standing.CARE:
            done(
                Bilingual(
                    ko="업무는 계속되지만, 실제 운영 전에 주의 사항을 확인해 주십시오.",
                    en="Work goes on; see to what asks for care before service.",
                )
            )
        case Standing.WELL:
            done(Bilingual(ko="이상이 없습니다.", en="All is well."))
