"""The coordinators of the simulation: they go through what waits for them, and forget some of it for a while."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from gongmun.answers import asking, deciding, extending, request_queries
from gongmun.clock import seoul_date
from gongmun.documents import Decision
from gongmun.documents import queries as document_queries
from gongmun.followups import queries as followup_queries
from gongmun.forums.assigning import SuccessorHasIt, assign
from gongmun.forums.deciding import decide_outcome
from gongmun.forums.transferring import decide_transfer
from gongmun.referrals import chase_pause_queries, chase_pauses, succession_queries
from gongmun.referrals.escalating import decide_escalation
from gongmun.simulation import citizens, post_room, queries
from gongmun.simulation.installation import House, recompute_deadlines
from gongmun.simulation.waiting import Waiting

_NAME = "한소통"
_REASON = "확인하였습니다."
_MONDAY, _FRIDAY = 0, 4
# The body that ministries answer to.
_ABOVE_ALL = "OPC"
# Of the ministries that have something to answer, how many are spared from one Monday to the next.
_PAUSED_A_WEEK = 0.03
_Do = Callable[[], object]


@dataclass(slots=True)
class Coordinators:
    """Those of one division."""

    house: House

    def work(self, waiting: Waiting) -> None:
        """Settle what has waited long enough to be remembered."""
        self._calendar()
        if seoul_date(self.house.now).weekday() == _MONDAY:
            self._pauses()
        for code, since in tuple(self.house.orphans.items()):
            self._do(f"parent:{code}", since, partial(self._correct_parent, code), forget=6)
        desks: tuple[tuple[bool, Callable[[], None]], ...] = (
            (waiting.has_ended(seoul_date(self.house.now)), self._reorganisations),
            (waiting.is_outcome_drafted, self._outcomes),
            (waiting.is_anything_asked, self._requests),
            (waiting.is_answer_new, self._responses),
            (waiting.is_mail_troubled, partial(post_room.mails, self.house, self._do)),
            (waiting.is_reply_open, partial(post_room.replies, self.house, self._do)),
            (waiting.is_escalation_drafted, self._escalations),
            (waiting.is_refusal_young(self.house.now), partial(citizens.insist, self.house)),
            (
                waiting.is_anything_promised and seoul_date(self.house.now).weekday() == _FRIDAY,
                partial(citizens.keep_promises, self.house),
            ),
        )
        for has_work, desk in desks:
            if has_work:
                desk()

    def _do(self, what: str, since: datetime, act: _Do, *, forget: int = 4) -> None:
        """Do it on the day on which it is remembered; one in ten is left lying for weeks."""
        dice = self.house.plan.dice
        most = 30 if dice.falls(0.1, "forgotten", what) else forget
        if self.house.now - since >= timedelta(days=dice.between(0, most, "delay", what)):
            self.house.request(what, act)

    def _decision(self, what: str, approve: float) -> Decision:
        falls = self.house.plan.dice.falls(approve, "approved", what)
        return Decision.APPROVE if falls else Decision.RETURN

    def _calendar(self) -> None:
        """Who declares a holiday tells the operator, who counts the deadlines again within days."""
        house = self.house
        for holiday in house.plan.holidays:
            days = house.plan.dice.between(0, 3, "recomputed", holiday.day)
            if (
                holiday.day not in house.recounted
                and seoul_date(house.now) >= holiday.declared_on + timedelta(days=days)
                and house.run("recompute", recompute_deadlines)
            ):
                house.recounted.add(holiday.day)

    def _pauses(self) -> None:
        """A ministry has a flood, or elections: its reminders stand still, and some go on before the end."""
        house, dice, today = self.house, self.house.plan.dice, seoul_date(self.house.now)
        with house.db.reading() as session:
            standing = chase_pause_queries.paused_organisations(session, today)
            codes = queries.codes(session)
            bodies = queries.chased_bodies(session)
        for pause in standing.values():
            if dice.falls(0.2, "resumed", pause.id, today):
                code = codes[pause.organisation_id]
                house.request(
                    f"resume:{code}",
                    partial(chase_pauses.resume, house.db, code, name=_NAME, now=house.now),
                )
        for code in bodies:
            if dice.falls(_PAUSED_A_WEEK, "paused", code, today):
                days = dice.between(0, 45, "paused for", code, today)
                house.request(
                    f"pause:{code}",
                    partial(
                        chase_pauses.pause,
                        house.db,
                        code,
                        until=today + timedelta(days=days),
                        name=_NAME,
                        reason="수해 복구 중입니다.",
                        now=house.now,
                    ),
                )

    def _correct_parent(self, code: str) -> None:
        """In the list of organisations, as who loads a corrected one."""
        with self.house.db.transaction() as session:
            queries.set_parent(session, code, _ABOVE_ALL)
        del self.house.orphans[code]

    def _reorganisations(self) -> None:
        house, dice = self.house, self.house.plan.dice
        with house.db.reading() as session:
            promised = followup_queries.promised(
                session, succession_queries.not_in_force(session, seoul_date(house.now))
            )
            undecided = succession_queries.undecided(session, promised=promised)
        for takeover, referral, _ in undecided:
            what = f"assign:{referral.id}"
            to_code = dice.pick(("MOIS", "OPC", "ACRC", "MOLEG"), what)

            def act(referral_id: int = referral.id, to_code: str = to_code) -> None:
                give = partial(
                    assign,
                    house.db,
                    referral_id,
                    to_code=to_code,
                    name=_NAME,
                    reason=_REASON,
                    now=house.now,
                )
                try:
                    give()
                except SuccessorHasIt:
                    give(withdrawn_id=referral_id)

            self._do(what, takeover.found_at, act, forget=9)

    def _outcomes(self) -> None:
        house = self.house
        with house.db.reading() as session:
            drafted = queries.drafted_outcomes(session)
        for outcome in drafted:
            what = f"outcome:{outcome.forum_id}:{outcome.round}"

            def act(outcome_id: int = outcome.id, what: str = what) -> object:
                return decide_outcome(
                    house.db,
                    outcome_id,
                    decision=self._decision(what, 0.95),
                    name=_NAME,
                    reason=_REASON,
                    now=house.now,
                )

            self._do(what, outcome.drafted_at, act)

    def _requests(self) -> None:
        house = self.house
        with house.db.reading() as session:
            questions = [q for q, _ in request_queries.open_questions(session)]
            extensions = [e for e, _ in request_queries.open_extensions(session)]
            transfers = [t for t, _ in request_queries.open_transfers(session)]
        for question in questions:

            def reply(question_id: int = question.id) -> object:
                return asking.answer(
                    house.db,
                    question_id,
                    answer="전국이 대상입니다.",
                    name=_NAME,
                    ladder=house.ladder,
                    now=house.now,
                )

            self._do(f"question:{question.id}", question.asked_at, reply, forget=12)
        for extension in extensions:
            what = f"extension:{extension.id}"

            def extend(extension_id: int = extension.id, what: str = what) -> object:
                return extending.decide(
                    house.db,
                    extension_id,
                    decision=self._decision(what, 0.75),
                    name=_NAME,
                    reason=_REASON,
                    ladder=house.ladder,
                    now=house.now,
                )

            self._do(what, extension.requested_at, extend, forget=6)
        for transfer in transfers:
            what = f"transfer:{transfer.id}"

            def hand_on(transfer_id: int = transfer.id, what: str = what) -> object:
                return decide_transfer(
                    house.db,
                    transfer_id,
                    decision=self._decision(what, 0.6),
                    name=_NAME,
                    reason=_REASON,
                    now=house.now,
                )

            self._do(what, transfer.requested_at, hand_on, forget=6)

    def _responses(self) -> None:
        house = self.house
        with house.db.reading() as session:
            received = queries.received_responses(session)
        for response in received:
            what = f"response:{response.id}"

            def decide(response_id: int = response.id, what: str = what) -> None:
                if house.plan.dice.falls(0.15, "sent back", what):
                    deciding.send_back(
                        house.db,
                        response_id,
                        note="기한을 적어 주십시오.",
                        name=_NAME,
                        ladder=house.ladder,
                        now=house.now,
                    )
                else:
                    deciding.publish(house.db, response_id, name=_NAME, now=house.now)

            self._do(what, response.received_at, decide, forget=9)

    def _escalations(self) -> None:
        house = self.house
        with house.db.reading() as session:
            drafted = document_queries.drafted_escalations(session)
        for document in drafted:
            what = f"escalation:{document.key}"

            def decide(document_id: int = document.id, what: str = what) -> object:
                return decide_escalation(
                    house.db,
                    document_id,
                    decision=self._decision(what, 0.8),
                    name=_NAME,
                    reason=_REASON,
                    now=house.now,
                )

            self._do(what, document.created_at, decide, forget=7)
