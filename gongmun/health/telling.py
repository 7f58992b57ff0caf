"""Whether somebody is told what goes wrong: coordinators are named, and mail to them arrives."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from gongmun.health.checks import Check, Subject
from gongmun.mail.coordinators import unreached
from gongmun.settings import Settings
from gongmun.text import Bilingual

COORDINATORS = Subject(code="coordinators", name=Bilingual(ko="담당자 알림", en="coordinators"))


def coordinators(session: Session, settings: Settings) -> Iterator[Check]:
    """How many are named, and to how many the last mail did not get through; never an address."""
    named = len(settings.coordinators)
    if not named:
        yield COORDINATORS.care(
            Bilingual(
                ko="알림과 아침 요약을 받을 담당자가 없습니다.",
                en="Nobody is mailed what goes wrong, nor the digest of the morning.",
            ),
            Bilingual(
                ko="GONGMUN_COORDINATORS 에 담당자의 메일 주소를 지정해 주십시오.",
                en="Set GONGMUN_COORDINATORS to the coordinators' mail addresses.",
            ),
        )
    elif lost := unreached(session):
        yield COORDINATORS.wrong(
            Bilingual(
                ko=f"담당자 {named}명 가운데 {lost}명에게 마지막 알림 메일이 가지 않았습니다.",
                en=f"The last mail to {lost} of {named} coordinators did not get through.",
            ),
            Bilingual(
                ko="GONGMUN_COORDINATORS 의 주소를 확인해 주십시오. 어느 메일인지는 gongmun mail list 에 있습니다.",
                en="Check the addresses of GONGMUN_COORDINATORS; `gongmun mail list` shows which mail it is.",
            ),
        )
    else:
        yield COORDINATORS.well(f"{named}명", f"{named} named")
