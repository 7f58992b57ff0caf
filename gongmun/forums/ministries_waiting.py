"""What ministries wait for, or sent us: the lines that this puts on the list of what waits for a person.

The list is published in runs: references and codes only, none of the words of ministries and citizens.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gongmun.answers import queries as answer_queries
from gongmun.answers import reply_queries, request_queries
from gongmun.organisations import ContactRole
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals.models import ResponseStatus
from gongmun.text import Bilingual, english_date, korean_date


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """One thing that waits: what it is, and the command that settles it.

    `run` is the name of the run that asks the same by a form, where one does.
    """

    what: Bilingual
    remedy: str
    run: str | None = None


def ministries_waiting(session: Session) -> Iterator[Waiting]:
    """Questions and requests first: while they are open nobody is reminded."""
    yield from _questions(session)
    yield from _extensions(session)
    yield from _transfers(session)
    yield from _responses(session)
    yield from _replies(session)


def broken_mailboxes(session: Session) -> Iterator[Waiting]:
    """Contacts that nothing is sent to any more, because their mail came back for good."""
    for contact, organisation in organisation_queries.broken_contacts(session):
        backup = contact.role is ContactRole.BACKUP
        yield Waiting(
            what=Bilingual(
                ko=f"메일이 반송되는 연락처: {organisation.code}({'예비' if backup else '대표'})",
                en=f"mail to the {contact.role.value} contact of {organisation.code} comes back",
            ),
            remedy=f"gongmun contact set {organisation.code} …{' --backup' if backup else ''}",
            run=f"REPLACE contact {contact.id}",
        )


def _questions(session: Session) -> Iterator[Waiting]:
    for question, (_, suggestion, ministry) in request_queries.open_questions(session):
        yield Waiting(
            what=Bilingual(
                ko=f"질의 답변 대기: {suggestion.reference}, {ministry.name_ko}",
                en=f"to answer: a question of {ministry.code} about {suggestion.reference}",
            ),
            remedy=f"gongmun question answer {question.id} --answer … --name …",
        )


def _extensions(session: Session) -> Iterator[Waiting]:
    for extension, (_, suggestion, ministry) in request_queries.open_extensions(session):
        yield Waiting(
            what=Bilingual(
                ko=f"연장 결정 대기: {suggestion.reference}, {ministry.name_ko}, "
                f"{korean_date(extension.until)}까지",
                en=f"to decide: {ministry.code} asks for time until {english_date(extension.until)} "
                f"for {suggestion.reference}",
            ),
            remedy=f"gongmun extension grant {extension.id} --name … --reason …",
            run=f"DECIDE extension {extension.id}",
        )


def _transfers(session: Session) -> Iterator[Waiting]:
    for transfer, (_, suggestion, ministry) in request_queries.open_transfers(session):
        to = organisation_queries.by_id(session, transfer.to_organisation_id)
        yield Waiting(
            what=Bilingual(
                ko=f"이관 결정 대기: {suggestion.reference}, {ministry.name_ko} → {to.name_ko}",
                en=f"to decide: {ministry.code} hands {suggestion.reference} on to {to.code}",
            ),
            remedy=f"gongmun transfer grant {transfer.id} --name … --reason …",
        )


def _responses(session: Session) -> Iterator[Waiting]:
    waiting = answer_queries.responses_with(session, {ResponseStatus.RECEIVED})
    for response, _, suggestion, ministry in waiting:
        yield Waiting(
            what=Bilingual(
                ko=f"회신 공개 대기: {suggestion.reference}, {ministry.name_ko}",
                en=f"to publish: the answer of {ministry.code} to {suggestion.reference}",
            ),
            remedy=f"gongmun answer show {response.id}",
        )


def _replies(session: Session) -> Iterator[Waiting]:
    for reply in reply_queries.held(session):
        yield Waiting(
            what=Bilingual(
                ko=f"분류 대기: 회신 메일 {reply.id}",
                en=f"to file: mail {reply.id}, nobody knows which document it answers",
            ),
            remedy=f"gongmun reply show {reply.id}",
            run=f"FILE reply {reply.id}",
        )
    for reply in reply_queries.unconfirmed(session):
        yield Waiting(
            what=Bilingual(
                ko=f"확인 대기: 회신 메일 {reply.id}의 내용이 임시저장되어 있습니다.",
                en=f"to confirm: the text of mail {reply.id} stands in the drafts",
            ),
            remedy=f"gongmun reply show {reply.id}",
        )
