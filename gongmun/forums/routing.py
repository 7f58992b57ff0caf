"""Which ministries a suggestion goes to: by a coordinator's word, else by its topic."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache, partial

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.errors import GongmunError, NotFound
from gongmun.forums import queries
from gongmun.forums.models import ManualRoute
from gongmun.ledger import Actor
from gongmun.organisations import (
    Organisation,
    Route,
    current_successor,
    in_force,
    route_for,
)
from gongmun.suggestions.models import Suggestion
from gongmun.text import clean_line


class RouteInvalid(GongmunError):
    """A routing that names no ministry, one twice, or has no name and reason."""

    code = "route.invalid"
    ko = "소관 지정을 처리할 수 없습니다: {reason_ko}"
    en = "The routing cannot be recorded: {reason_en}"


class RouteKnown(GongmunError):
    """A suggestion was to be routed as one without a ministry, and has one meanwhile."""

    code = "route.known"
    ko = "제안 {reference}의 소관은 그사이 지정되었습니다. 처음 지정이 유지됩니다. 바꾸려면 gongmun suggestion route 를 사용해 주십시오."
    en = "The ministries of {reference} were named meanwhile, and that stands. To change it use `gongmun suggestion route`."


def route_of(session: Session, suggestion: Suggestion, on: date) -> Route | None:
    """The ministries responsible for a suggestion; None where a coordinator has to say.

    A ministry that was named by hand and has ended since passes on to its one successor.
    """
    return routes_of(session, [suggestion], on)[suggestion.id]


def routes_of(
    session: Session, suggestions: Sequence[Suggestion], on: date
) -> Mapping[int, Route | None]:
    """The same of many, by id: what a topic or a ministry comes to is looked up once."""
    manual = queries.manual_routes(session, [suggestion.id for suggestion in suggestions])
    of_topic = cache(partial(route_for, session, on=on))
    heir = cache(partial(current_successor, session, on=on))

    def route(suggestion: Suggestion) -> Route | None:
        if suggestion.id in manual:
            return _by_hand(manual[suggestion.id], heir)
        return of_topic(suggestion.topic) if suggestion.topic else None

    return {suggestion.id: route(suggestion) for suggestion in suggestions}


def _by_hand(named: ManualRoute, heir: Callable[[str], Organisation | None]) -> Route | None:
    heirs = [heir(code) for code in (named.lead_code, *named.cooperating_codes)]
    if None in heirs:
        return None
    lead, *cooperating = dict.fromkeys(each.code for each in heirs if each is not None)
    return Route(lead=lead, cooperating=tuple(cooperating))


def responsible(session: Session, code: str, now: datetime) -> Organisation:
    """The organisation of that code, as it exists on the day of `now`; NotFound where none does."""
    return in_force(session, code, seoul_date(now))


def route_suggestion(
    db: Database,
    suggestion_id: int,
    *,
    lead: str,
    cooperating: Sequence[str] = (),
    name: str,
    reason: str,
    now: datetime,
    unrouted: bool = False,
) -> None:
    """Record a coordinator's routing of one suggestion. Nothing is sent by this.

    `unrouted` says that it was shown as one without a ministry.

    Raises:
        RouteKnown: it was, and has one meanwhile.
        NotFound: no such suggestion, or a ministry that does not exist today.
        RouteInvalid: a ministry stands twice, or name or reason is empty.
    """
    name, reason = clean_line(name), clean_line(reason)
    if not name or not reason:
        raise RouteInvalid(
            reason_ko="담당자 성명과 사유를 모두 적어 주십시오.",
            reason_en="Give both your name and a reason.",
        )
    codes = [lead, *cooperating]
    if len(set(codes)) != len(codes):
        raise RouteInvalid(
            reason_ko="같은 기관이 두 번 지정되었습니다.", reason_en="A ministry stands twice."
        )
    with db.transaction() as session:
        suggestion = session.get(Suggestion, suggestion_id, with_for_update=True)
        if suggestion is None:
            raise NotFound(thing_ko=f"제안 {suggestion_id}", thing_en=f"suggestion {suggestion_id}")
        if unrouted and route_of(session, suggestion, seoul_date(now)) is not None:
            raise RouteKnown(reference=suggestion.reference)
        for code in codes:
            responsible(session, code, now)
        session.merge(
            ManualRoute(
                suggestion_id=suggestion_id,
                lead_code=lead,
                cooperating_codes=list(cooperating),
                name=name[:100],
                reason=reason[:1000],
                routed_at=now,
            )
        )
        ledger.record(
            session,
            "suggestion.routed",
            subject=("suggestion", suggestion_id),
            now=now,
            actor=Actor.COORDINATOR,
            lead=lead,
            cooperating=list(cooperating),
        )
