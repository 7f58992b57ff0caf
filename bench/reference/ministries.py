"""Ministries with documents to answer: a world made by the product's own services, for the bench of the portal."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gongmun.access import links
from gongmun.access.entering import ask_code, enter_code
from gongmun.access.models import OfficerSession
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import Document, FakeRenderer, FileStore
from gongmun.forums.deciding import decide_outcome
from gongmun.forums.issuing import issue_outcomes
from gongmun.forums.models import Forum, ForumKind, ManualRoute
from gongmun.forums.wrapping_up import wrap_up
from gongmun.mail import dispatch_due
from gongmun.mail.mailer import FakeMailer
from gongmun.organisations import load, organisations
from gongmun.organisations.models import OrganisationKind
from gongmun.referrals import ladder
from gongmun.referrals.dispatched import note_dispatches
from gongmun.suggestions.models import Channel, Import, Suggestion

REFERRALS = 5  # of each document
_BODY = (
    "버스 정류장에 그늘막과 긴 의자를 설치해 주십시오. 한여름 낮에는 기다리는 사람이 많습니다. " * 6
)


def ministries(session: Session, now: datetime) -> Sequence[str]:
    """The codes of all that may be asked."""
    return [
        organisation.code
        for organisation in organisations(session, seoul_date(now))
        if organisation.kind is not OrganisationKind.OVERSIGHT
    ]


def refer(db: Database, store: FileStore, *, documents: int, now: datetime) -> None:
    """Give each ministry that many documents, each with REFERRALS, dispatched and chased."""
    load(db, now)
    mailer, renderer = FakeMailer(), FakeRenderer()
    with db.reading() as session:
        codes = ministries(session, now)
    for number in range(documents):
        with db.transaction() as session:
            forum_id = forum(session, number, codes, now)
        outcome_id = wrap_up(db, forum_id, key=f"bench-{number}", now=now).outcome_id
        assert outcome_id is not None
        decide_outcome(db, outcome_id, decision="approve", name="한소통", reason="확인", now=now)
    issue_outcomes(db, renderer=renderer, store=store, now=now)
    dispatch_due(
        db,
        mailer=mailer,
        attachments=store.get,
        now=now,
        owner="bench",
        limit=10_000,
        fill=links.fill,
    )
    note_dispatches(db, ladder=ladder.load(), now=now)


def forum(session: Session, number: int, codes: Sequence[str], now: datetime) -> int:
    """A forum that has ended, with REFERRALS suggestions for each of these ministries; its id."""
    forum = Forum(
        code=f"BENCH-{number}",
        kind=ForumKind.OPEN_FORUM,
        title_ko="생활 속 불편 함께 고치기",
        title_en="Fixing everyday problems",
        starts_at=now - timedelta(days=3),
        ends_at=now - timedelta(hours=1),
        answer_rule="suggestion",
    )
    session.add(forum)
    session.flush()
    imported = Import(
        forum_id=forum.id,
        file_name="bench.csv",
        sha256="0" * 64,
        mapping={},
        started_at=now,
        complete=True,
    )
    session.add(imported)
    session.flush()
    suggestions = [
        Suggestion(
            forum_id=forum.id,
            key=f"website:{place}",
            number=place,
            reference=f"{forum.code}-{place:03}",
            channel=Channel.WEBSITE,
            title=f"버스 정류장 그늘막 설치 {place}",
            body=_BODY,
            topic=None,
            selected=True,
            content_hash=str(place),
            imported_at=now,
            import_id=imported.id,
        )
        for place in range(1, len(codes) * REFERRALS + 1)
    ]
    session.add_all(suggestions)
    session.flush()
    session.add_all(
        ManualRoute(
            suggestion_id=suggestion.id,
            lead_code=codes[place % len(codes)],
            cooperating_codes=[],
            name="한소통",
            reason="확인",
            routed_at=now,
        )
        for place, suggestion in enumerate(suggestions)
    )
    return forum.id


def enter(
    db: Database, store: FileStore, code: str, number: int, now: datetime
) -> tuple[str, list[int]]:
    """An officer's session at the ministry `code`, for all its documents: the cookie, and the documents."""
    with db.reading() as session:
        documents = session.scalars(
            select(Document).where(Document.recipient_code == code).order_by(Document.id)
        ).all()
    browser, ip = f"{number:064x}", f"10.0.0.{number}"
    mailer = FakeMailer()
    ask_code(db, check_code=documents[0].check_code, browser=browser, ip=ip, now=now)
    dispatch_due(
        db,
        mailer=mailer,
        attachments=store.get,
        now=now,
        owner="bench",
        fill=links.fill,
    )
    secret = enter_code(db, browser=browser, code=_code(mailer.sent[-1][1]), ip=ip, now=now)
    ids = [document.id for document in documents]
    with db.transaction() as session:
        newest = select(OfficerSession.id).order_by(OfficerSession.id.desc()).limit(1)
        session.execute(
            update(OfficerSession)
            .where(OfficerSession.id == newest.scalar_subquery())
            .values(document_ids=ids)
        )
    return secret, ids


def _code(mail: bytes) -> str:
    import re
    from email import message_from_bytes, policy

    text = message_from_bytes(mail, policy=policy.default).get_content()
    found = re.search(r"\b\d{6}\b", text)
    assert found is not None
    return found[0]
