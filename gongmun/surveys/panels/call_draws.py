"""A draw from the volunteers of an open call: whether it is one, and who of them has withdrawn since."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.documents import FileStore
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.surveys.panels import queries
from gongmun.surveys.panels.dropping_out import take_off
from gongmun.surveys.panels.models import Panel, PanelCall, Standing


class DrawOfOthers(GongmunError):
    """A draw from another pool than that of the call."""

    code = "panels.draw_of_others"
    ko = "모집 '{call}'에 신청하지 않은 번호가 있는 추첨이므로 등록하지 않았습니다: {numbers}. 이 모집의 추첨 폴더를 지정해 주십시오."
    en = "Nobody was enrolled: {numbers} did not volunteer by the call '{call}'. Name the folder of its own draw."


def refuse_others(session: Session, call: PanelCall, unknown: Collection[str]) -> None:
    """Raise where one of these numbers, which no volunteer of the call has now, is not that of one who withdrew.

    Of those who withdrew only the ledger knows.

    Raises:
        DrawOfOthers: naming the first of them.
    """
    withdrew = {
        event.data["number"]
        for event in ledger.history(session, "panel_call", call.id)
        if event.kind == "panel.volunteer_withdrew"
    }
    others = sorted(set(unknown) - withdrew)
    if others:
        more = " …" if len(others) > 20 else ""
        raise DrawOfOthers(call=call.code, numbers=", ".join(others[:20]) + more)


def take_off_withdrawn(
    session: Session, panel: Panel, numbers: Collection[str], *, store: FileStore, now: datetime
) -> None:
    """Do for those who withdrew between the draw and the enrolment what is done for who withdraws after it.

    Whoever of them was drawn drops out, and a reserve takes his place; a reserve can follow nobody any more.

    Raises:
        StoredFileMissing: the files of the draw are not in the store.
    """
    members = queries.numbered(session, panel.id, numbers).values()
    serving = [each.number for each in members if each.standing is Standing.SELECTED]
    if serving:
        take_off(session, panel, serving, store=store, actor=Actor.RESPONDENT, now=now)
    for number in numbers:
        queries.unname(session, panel.code, number)
