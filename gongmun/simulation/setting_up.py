"""What comes to the simulated installation from outside: ministries, reorganisations, holidays, forums."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from gongmun.clock import seoul_time
from gongmun.forums.models import ForumKind
from gongmun.forums.registering import ForumFile, register_forum
from gongmun.organisations import (
    Contact,
    ContactRole,
    Organisation,
    Succession,
    load,
    queries,
)
from gongmun.settings import settings
from gongmun.simulation.installation import House
from gongmun.simulation.plan import PlannedForum, Reform, Reorganisation
from gongmun.suggestions.models import Channel, Import, Proposer, Suggestion

_BODY = "버스 정류장에 그늘막을 설치해 주십시오."


def prepare(house: House) -> None:
    """The organisations of the package, and the reorganisations of the plan, which are known beforehand."""
    _declare(house, house.plan.first_day)
    load(house.db, house.now)
    with house.db.transaction() as session:
        for reorganisation in house.plan.reorganisations:
            _reorganise(session, reorganisation)


def _reorganise(session: Session, what: Reorganisation) -> None:
    before = queries.organisation(session, what.code, what.on)
    if before is None:
        return
    before.valid_to = what.on - timedelta(days=1)
    names = {Reform.RENAMED: ("N",), Reform.SPLIT: ("A", "B"), Reform.ABOLISHED: ()}[what.reform]
    for name in names:
        code = f"{what.code}-{name}"
        heir = Organisation(
            code=code,
            name_ko=f"{before.name_ko} {name}",
            name_en=f"{before.name_en} {name}",
            kind=before.kind,
            parent_code=before.parent_code,
            head_ko=before.head_ko,
            head_en=before.head_en,
            valid_from=what.on,
        )
        session.add(heir)
        session.flush()
        for role in ContactRole:
            address = "forum" if role is ContactRole.PRIMARY else "participation"
            session.add(
                Contact(
                    organisation_id=heir.id, role=role, email=f"{address}@{code.lower()}.example"
                )
            )
        session.add(
            Succession(
                predecessor_code=what.code,
                successor_code=code,
                effective_on=what.on,
                remark_ko="개편",
                remark_en="reorganised",
            )
        )


def begin(house: House, day: date) -> bool:
    """What a day begins with: forums that are held, holidays that are declared; whether there is one of these."""
    is_declared = any(holiday.declared_on == day for holiday in house.plan.holidays)
    if is_declared:
        _declare(house, day)
    for forum in house.plan.forums:
        if forum.ends_on == day:
            _hold(house, forum)
    return is_declared


def _declare(house: House, day: date) -> None:
    """The operator's own file of days off, with all that is declared by that day."""
    lines = ["date,name_ko,name_en,kind,source"]
    known = {each.day for each in house.plan.holidays if each.declared_on <= day}
    lines += [
        f"{each},임시공휴일,temporary holiday,off,관보 {each:%Y%m%d}" for each in sorted(known)
    ]
    settings_file = settings().calendar_overrides
    assert settings_file is not None
    settings_file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _hold(house: House, forum: PlannedForum) -> None:
    """A forum of one day, which ends at six; its suggestions are selected already."""
    ends_at = seoul_time(forum.ends_on, 18)
    forum_id = register_forum(
        house.db,
        ForumFile(
            code=forum.code,
            kind=ForumKind.OPEN_FORUM,
            title_ko=f"열린소통포럼 {forum.number}",
            title_en=f"Open forum {forum.number}",
            starts_at=ends_at - timedelta(hours=4),
            ends_at=ends_at,
            answer_rule=forum.answer_rule,
        ),
        now=house.now,
    )
    with house.db.transaction() as session:
        imported = Import(
            forum_id=forum_id,
            file_name="simulation.csv",
            sha256="0" * 64,
            mapping={},
            started_at=house.now,
            complete=True,
        )
        session.add(imported)
        session.flush()
        for number, topic in enumerate(forum.topics, start=1):
            suggestion = Suggestion(
                forum_id=forum_id,
                key=f"website:{number}",
                number=number,
                reference=f"{forum.code}-{number:03}",
                channel=Channel.WEBSITE,
                title=f"제안 {number}: {topic}",
                body=_BODY,
                topic=topic,
                selected=True,
                content_hash=str(number),
                imported_at=house.now,
                import_id=imported.id,
            )
            session.add(suggestion)
            session.flush()
            if house.plan.dice.falls(0.6, "has a mail address", suggestion.reference):
                address = f"{suggestion.reference.lower()}@citizen.example"
                session.add(Proposer(suggestion_id=suggestion.id, name=None, contact=address))
