"""The demo's coordinator: decides in the evening whatever waits, by the services behind `gongmun`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deployments.demo import cast
from deployments.demo.moment import Moment
from deployments.demo.saying import counted
from gongmun import wiring
from gongmun.answers import (
    asking,
    confirming,
    extending,
    queries,
    reply_queries,
    request_queries,
)
from gongmun.answers.checks import PROMISING
from gongmun.answers.content import CommitmentContent
from gongmun.answers.deciding import publish, send_back
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import Decision
from gongmun.documents import queries as document_queries
from gongmun.forums.transferring import decide_transfer
from gongmun.referrals.escalating import decide_escalation
from gongmun.referrals.models import ResponseStatus
from gongmun.text import Bilingual

NAME = "한소통"
_NOTE = "언제까지 안내하실지 구체적인 시기를 보완하여 다시 회신해 주시기 바랍니다."


@dataclass(kw_only=True)
class Decided:
    """What was decided: whether documents or mails are to go out, and what is told of it."""

    documents: bool = False
    mails: bool = False
    told: list[Bilingual] = field(default_factory=list)


class Coordinator:
    """One coordinator, who lives by the clock of the story."""

    def __init__(self, db: Database, moment: Moment) -> None:
        self._db = db
        self._moment = moment
        self._has_sent_back = False

    @property
    def _now(self) -> datetime:
        return self._moment.now

    def approves_escalations(self) -> bool:
        """Approve what waits; whether something did."""
        with self._db.reading() as session:
            waiting = [document.id for document in document_queries.drafted_escalations(session)]
        for document_id in waiting:
            decide_escalation(
                self._db,
                document_id,
                decision=Decision.APPROVE,
                name=NAME,
                reason="두 차례 독촉에도 회신이 없어 상급기관에 알립니다.",
                now=self._now,
            )
        return bool(waiting)

    def decides(self) -> Decided:
        """Questions, extensions, transfers, replies by mail, and the answers of the day."""
        decided = Decided()
        self._answers_questions(decided)
        self._grants_extensions(decided)
        self._grants_transfers(decided)
        self._confirms_replies(decided)
        self._publishes(decided)
        return decided

    def _answers_questions(self, decided: Decided) -> None:
        with self._db.reading() as session:
            ids = [question.id for question, _ in request_queries.open_questions(session)]
        for question_id in ids:
            asking.answer(
                self._db,
                question_id,
                answer="제안자는 전국 모든 시설을 뜻하였습니다. 우선 시범 지역부터 검토하셔도 됩니다.",
                name=NAME,
                ladder=wiring.ladder(),
                now=self._now,
            )
            decided.mails = True
            decided.told.append(Bilingual(ko="질의에 답변", en="a question answered"))

    def _grants_extensions(self, decided: Decided) -> None:
        with self._db.reading() as session:
            ids = [extension.id for extension, _ in request_queries.open_extensions(session)]
        for extension_id in ids:
            extending.decide(
                self._db,
                extension_id,
                decision=Decision.APPROVE,
                name=NAME,
                reason="관계 기관과의 협의에 기간이 더 필요하다고 인정합니다.",
                ladder=wiring.ladder(),
                now=self._now,
            )
            decided.documents = True
            decided.told.append(Bilingual(ko="기한 연장 결정", en="an extension granted"))

    def _grants_transfers(self, decided: Decided) -> None:
        with self._db.reading() as session:
            ids = [transfer.id for transfer, _ in request_queries.open_transfers(session)]
        for transfer_id in ids:
            decide_transfer(
                self._db,
                transfer_id,
                decision=Decision.APPROVE,
                name=NAME,
                reason="제안 내용이 요청하신 기관의 소관입니다.",
                now=self._now,
            )
            decided.documents = True
            decided.told.append(Bilingual(ko="이관 결정", en="a transfer granted"))

    def _confirms_replies(self, decided: Decided) -> None:
        """What a mail said is completed with what it did not say, and submitted for the ministry."""
        with self._db.reading() as session:
            replies = {
                r.id: confirming.drafts_of(session, r) for r in reply_queries.unconfirmed(session)
            }
        due_on = seoul_date(self._now) + timedelta(days=90)
        for reply_id, drafts in replies.items():
            for referral_id, content in drafts.items():
                decision = content.decision or cast.RESPONSES[0][0]
                promise = CommitmentContent(text=content.reason, owner="담당 부서", due_on=due_on)
                confirming.complete(
                    self._db,
                    reply_id,
                    referral_id=referral_id,
                    decision=decision,
                    commitments=(promise,) if decision in PROMISING else (),
                    now=self._now,
                )
            if drafts:
                confirming.confirm(self._db, reply_id, name=NAME, now=self._now)
                decided.mails = True
                decided.told.append(Bilingual(ko="메일 회신 확인", en="a reply by mail confirmed"))

    def _publishes(self, decided: Decided) -> None:
        with self._db.reading() as session:
            waiting = [
                (response.id, ministry.code)
                for response, _, _, ministry in queries.responses_with(
                    session, {ResponseStatus.RECEIVED}
                )
            ]
        published = 0
        for response_id, code in waiting:
            if code == cast.SENT_BACK and not self._has_sent_back:
                self._has_sent_back = decided.mails = True
                send_back(
                    self._db,
                    response_id,
                    note=_NOTE,
                    name=NAME,
                    ladder=wiring.ladder(),
                    now=self._now,
                )
                decided.told.append(Bilingual(ko="회신 보완 요청", en="an answer sent back"))
            else:
                publish(self._db, response_id, name=NAME, now=self._now)
                published += 1
        if published:
            decided.told.append(
                Bilingual(
                    ko=f"회신 {published}건 공표", en=f"{counted(published, 'answer')} published"
                )
            )
