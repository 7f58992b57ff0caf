"""What the ministries do: on their days each acknowledges, asks, and answers, by the portal or by mail."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import httpx

from deployments.demo import cast, mailbox
from deployments.demo.moment import Moment
from deployments.demo.officers import Officer
from gongmun import wiring
from gongmun.access.links import fill
from gongmun.answers.checks import PROMISING
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import queries as document_queries
from gongmun.followups.leaving import review
from gongmun.mail import dispatch_due
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries
from gongmun.referrals.life import CHASED
from gongmun.referrals.mailing import mailbox as mailbox_of
from gongmun.referrals.models import ResponseDecision
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual

_OWNER = "담당 부서"
_EXTENDED = timedelta(days=7)
_QUESTION = "제안하신 범위가 전국의 모든 시설인지, 시범 지역인지 알려 주시기 바랍니다."
_EXTENSION = "관계 기관과의 협의가 진행 중이어서 검토에 기간이 더 필요합니다."
_TRANSFER = "제안의 핵심 내용은 우리 기관이 아니라 요청드린 기관의 소관 업무입니다."


@dataclass(frozen=True, kw_only=True, slots=True)
class _Case:
    """One document of a ministry with the referrals that wait for its answer."""

    document_id: int
    number: str
    referral_ids: tuple[int, ...]
    references: tuple[str, ...]


@dataclass(kw_only=True)
class Done:
    """What the ministries did on one day."""

    by_mail: bool = False
    told: list[Bilingual] = field(default_factory=list)


class Offices:
    """All ministries of the cast, with their mailboxes and one way to the portal."""

    def __init__(self, db: Database, mailboxes: Path, client: httpx.Client, moment: Moment) -> None:
        self._db = db
        self._mailboxes = mailboxes
        self._client = client
        self._moment = moment

    def act(self, number: int) -> Done:
        """What happens on working day `number`."""
        done = Done()
        acknowledged = answered = 0
        for part in cast.CAST:
            if number not in part.days:
                continue
            for case in self._cases(part.code):
                if part.by_mail:
                    acknowledged += self._mails(part, number, case)
                    done.by_mail = True
                    continue
                officer = self._officer(part.code)
                officer.enter(case.number)
                if part.acknowledges == number:
                    self._acknowledges(officer, part.code, number, case)
                    acknowledged += len(case.referral_ids)
                self._asks(officer, part, number, case, done)
                if part.answers == number:
                    self._answers(officer, case)
                    answered += len(case.referral_ids)
        done.told = [
            *([_count(acknowledged, "접수", "acknowledged")] if acknowledged else []),
            *([_count(answered, "회신", "answered")] if answered else []),
            *done.told,
        ]
        return done

    def _acknowledges(self, officer: Officer, code: str, number: int, case: _Case) -> None:
        path = f"/m/{case.document_id}"
        registration = {"registration_number": f"{code}-{1000 + number}"}
        officer.post(f"{path}/acknowledge", registration, form_at=path)

    def _asks(
        self, officer: Officer, part: cast.Part, number: int, case: _Case, done: Done
    ) -> None:
        """What else the ministry wants, about its first or its last referral."""
        first, last = case.referral_ids[0], case.referral_ids[-1]
        if part.asks == number:
            officer.send(f"/m/r/{first}/question", {"text": _QUESTION})
            done.told.append(Bilingual(ko=f"{part.code} 질의", en=f"{part.code} asks"))
        if part.extends == number:
            until = self._due(first) + _EXTENDED
            officer.send(
                f"/m/r/{first}/extension", {"until": until.isoformat(), "text": _EXTENSION}
            )
            done.told.append(
                Bilingual(ko=f"{part.code} 연장 요청", en=f"{part.code} wants more time")
            )
        if part.transfers and part.transfers[0] == number:
            officer.send(f"/m/r/{last}/transfer", {"to": part.transfers[1], "text": _TRANSFER})
            done.told.append(
                Bilingual(ko=f"{part.code} 이관 요청", en=f"{part.code} names another")
            )

    def _answers(self, officer: Officer, case: _Case) -> None:
        """All referrals of the document, in one form."""
        fields = {"do": "submit"}
        for referral_id in case.referral_ids:
            decision, reason, days = cast.RESPONSES[referral_id % len(cast.RESPONSES)]
            fields |= self._content(f"r{referral_id}-", decision, reason, days)
        page = officer.send(f"/m/{case.document_id}", fields)
        assert re.search(r"[0-9a-f]{64}|접수증", page)

    def _content(
        self, prefix: str, decision: ResponseDecision, reason: str, days: int | None
    ) -> dict[str, str]:
        fields = {f"{prefix}decision": decision.value, f"{prefix}reason": reason}
        if days is None:
            return fields
        day = (seoul_date(self._moment.now) + timedelta(days=days)).isoformat()
        if decision in PROMISING:
            return fields | {
                f"{prefix}c1-text": reason,
                f"{prefix}c1-owner": _OWNER,
                f"{prefix}c1-due_on": day,
            }
        return fields | {f"{prefix}review_by": day}

    def _mails(self, part: cast.Part, number: int, case: _Case) -> int:
        """Reply to the newest mail about the document; how many referrals that acknowledges."""
        address = self._address(part.code)
        about = [
            mail
            for mail in mailbox.mails(self._mailboxes, address)
            if case.number in str(mail["Subject"])
        ]
        if part.acknowledges == number:
            text = f"보내 주신 공문을 접수하였습니다.\n접수번호: 기획총괄과-{1000 + number}"
        else:
            reason = cast.RESPONSES[0][1]
            text = "\n".join(f"{reference}: 수용. {reason}" for reference in case.references)
        reply = mailbox.reply(about[-1], sender=address, text=text, at=self._moment.now)
        mailbox.post(self._mailboxes, reply)
        return len(case.referral_ids) if part.acknowledges == number else 0

    def _officer(self, code: str) -> Officer:
        return Officer(self._client, self._mailboxes, self._address(code), self._deliver)

    def _address(self, code: str) -> str:
        with self._db.reading() as session:
            ministry = organisation_queries.organisation(
                session, code, seoul_date(self._moment.now)
            )
            assert ministry is not None
            address = mailbox_of(session, ministry.id)
        assert address is not None
        return address.lower()

    def _cases(self, code: str) -> list[_Case]:
        with self._db.reading() as session:
            ministry = organisation_queries.organisation(
                session, code, seoul_date(self._moment.now)
            )
            assert ministry is not None
            waiting = queries.with_status(session, CHASED, organisation_id=ministry.id)
            cases = []
            for document_id in sorted({r.document_id for r in waiting if r.document_id}):
                referrals = [r for r in waiting if r.document_id == document_id]
                number = document_queries.by_id(session, document_id).number
                assert number is not None
                suggestions = [
                    suggestion_queries.by_id(session, each.suggestion_id) for each in referrals
                ]
                cases.append(
                    _Case(
                        document_id=document_id,
                        number=number,
                        referral_ids=tuple(each.id for each in referrals),
                        references=tuple(each.reference for each in suggestions),
                    )
                )
            return cases

    def _due(self, referral_id: int) -> date:
        with self._db.reading() as session:
            return queries.by_id(session, referral_id).clocks.answer_due

    def _deliver(self) -> None:
        """The mail with the code, as the dispatch loop sends it within seconds."""
        dispatch_due(
            self._db,
            mailer=wiring.mailer(),
            attachments=wiring.file_store().get,
            witness=wiring.witness(),
            now=self._moment.now,
            owner="demo",
            fill=fill,
            review=review,
        )


def _count(count: int, ko: str, en: str) -> Bilingual:
    return Bilingual(ko=f"{ko} {count}건", en=f"{count} {en}")
