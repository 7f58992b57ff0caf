"""The form on which a coordinator names the ministries of a suggestion (소관 지정), as the Prefect UI shows it.

The ministries to choose from are those of the day. What citizens wrote stays out of it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.decisions import Kind, Matter, Pending, form
from gongmun.forums import queries
from gongmun.forums.routing import route_of, routes_of
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual

_NO_ROUTE = Bilingual(ko="소관 미지정", en="no ministry is named")
_ROUTED = Bilingual(ko="소관이 지정됨", en="its ministries are known")
_HOW = Bilingual(
    ko="제안의 내용은 `gongmun suggestion list {forum}` 명령으로 볼 수 있습니다. 결재를 기다리는 결과가 있으면 바로 "
    "반영되고, 없으면 다음 결과 정리에서 이송합니다.",
    en="What it says is shown by gongmun suggestion list {forum}. An outcome that waits for its approval takes it up "
    "at once, else the next wrap-up does.",
)


def code(label: str) -> str:
    """The ministry's code in a label."""
    return label.rpartition("(")[2].rstrip(")")


def unrouted(session: Session, now: datetime) -> Sequence[tuple[int, str]]:
    """Id and reference of the selected suggestions of forums that have ended, of which nobody knows the ministry."""
    left = queries.unreferred_of_ended(session, now)
    routes = routes_of(session, left, seoul_date(now))
    return [
        (suggestion.id, suggestion.reference)
        for suggestion in left
        if routes[suggestion.id] is None
    ]


def pending(session: Session, now: datetime) -> Sequence[Pending]:
    """The suggestions that wait for a coordinator to name their ministries."""
    return [
        Pending(kind=Kind.SUGGESTION, number=suggestion_id)
        for suggestion_id, _ in unrouted(session, now)
    ]


def matter(session: Session, suggestion_id: int, now: datetime) -> Matter:
    """What the form shows of one suggestion; NotFound where there is none."""
    suggestion = suggestion_queries.by_id(session, suggestion_id)
    forum = queries.forum(session, suggestion.forum_id)
    today = seoul_date(now)
    is_open = route_of(session, suggestion, today) is None
    return Matter(
        title=Bilingual(
            ko=f"제안 {suggestion.reference}의 소관 기관",
            en=f"The ministries for suggestion {suggestion.reference}",
        ),
        standing=_NO_ROUTE if is_open else _ROUTED,
        is_open=is_open,
        facts={
            Bilingual(ko="제안번호", en="reference"): suggestion.reference,
            Bilingual(ko="포럼", en="forum"): forum.code,
            Bilingual(ko="분야", en="topic"): suggestion.topic or "-",
            Bilingual(ko="경로", en="channel"): suggestion.channel.value,
        },
        how=Bilingual(ko=_HOW.ko.format(forum=forum.code), en=_HOW.en.format(forum=forum.code)),
        form=_form(organisation_queries.organisations(session, today)),
    )


def _form(ministries: Sequence[Organisation]) -> type[BaseModel]:
    named: Any = Literal[tuple(sorted(f"{each.name_ko} ({each.code})" for each in ministries))]
    return form(
        lead=(named, Field(title="주관 기관 / Lead ministry")),
        cooperating=(
            list[named],
            Field(
                default_factory=list,
                title="협조 기관 / Cooperating ministries",
                description="없으면 비워 둡니다. / Leave it empty where there is none.",
            ),
        ),
    )
