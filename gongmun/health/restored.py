"""Whether a restore waits for a person: the installation then does nothing that leaves the house."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from gongmun.clock import SEOUL
from gongmun.db.restored import unsettled
from gongmun.health.checks import Check, Subject
from gongmun.text import Bilingual

RESTORED = Subject(code="restored", name=Bilingual(ko="복원", en="restore"))


def restored(session: Session) -> Iterator[Check]:
    """Nothing is said of an installation that was never restored, or whose restore is settled."""
    restoration = unsettled(session)
    if restoration is not None:
        moment = f"{restoration.backup_at.astimezone(SEOUL):%Y-%m-%d %H:%M}"
        yield RESTORED.care(
            Bilingual(
                ko=f"{moment} 백업을 복원한 뒤 아직 확정하지 않아 번호를 부여하거나 발송하지 않습니다.",
                en=f"The backup of {moment} was restored and is not settled: nothing is numbered or sent.",
            ),
            Bilingual(
                ko="'gongmun restored show'로 확인하고 'gongmun restored settle'로 확정해 주십시오.",
                en="Look with `gongmun restored show`, then `gongmun restored settle`.",
            ),
        )
