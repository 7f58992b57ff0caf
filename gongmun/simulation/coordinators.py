"""The coordinators of the simulation: they go through what waits for them, and forget some of it for a while.

And the citizens, who ask for another examination, and the ministries' promises, which are kept or not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from gongmun.answers import asking, confirming, deciding, extending, filing, request_queries
from gongmun.answers.checks import NotTaken
from gongmun.answers.models import CommitmentStatus, Reply, ReplyStatus
from gongmun.clock import seoul_date
from gongmun.documents import Decision
from gongmun.documents import queries as document_queries
from gongmun.followups import commitments
from gongmun.followups import queries as followup_queries
from gongmun.followups.reexamining import reexamine
from gongmun.forums.assigning import SuccessorHasIt, assign
from gongmun.forums.deciding import decide_outcome
from gongmun.forums.transferring import decide_transfer
from gongmun.mail import deciding as mail_deciding
from gongmun.mail import queries as mail_queries
from gongmun.mail.life import Status as MailStatus
from gongmun.mail.models import Dispatch
from gongmun.organisations import ContactRole, set_contact
from gongmun.referrals import succession_queries
from gongmun.referrals.escalating import decide_escalation
from gongmun.referrals.models import ResponseDecision
from gongmun.simulation import queries
from gongmun.simulation.installation import House, recompute_deadlines

_NAME = "한소통"
_REASON = "확인하였습니다."
_Do = Callable[[], object]


@dataclass(slots=True)
class Coordinators:
    """Those of one division."""

    house: House
    # The commits after which nothing waited for anybody.
    _idle_at: int = -1
    _waits: bool = False

    def work(self) -> None:
        """Settle what has waited long enough to be remembered."""
        self._calendar()
        commits = self.house.commits
        if commits == self._idle_at:
            return
        self._waits = False
        for desk in (
            self._reorganisations,
            self._outcomes,
            self._requests,
            self._responses,
            self._mails,
            self._replies,
            self._escalations,
            self._citizens,
            *([self._promises] if seoul_date(self.house.now).weekday() == 4 else []),
        ):
            desk()
        self._idle_at = -1 if self._waits else commits

    def _do(self, what: str, since: datetime, act: _Do, *, forget: int = 4) -> None:
        """Do it on the day on which it is remembered; one in ten is left lying for weeks."""
        self._waits = True
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

    def _reorganisations(self) -> None:
        house, dice = self.house, self.house.plan.dice
        with house.db.reading() as session:
            if not queries.has_ended(session, seoul_date(house.now)):
                return
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

    def _mails(self) -> None:
        with self.house.db.reading() as session:
            troubled = mail_queries.needing_a_person(session)
        for dispatch in troubled:
            since = dispatch.bounced_at or dispatch.sending_at or dispatch.created_at

            def settle(dispatch: Dispatch = dispatch) -> None:
                self._settle_mail(dispatch)

            self._do(f"mail:{dispatch.id}:{dispatch.status}", since, settle, forget=3)

    def _settle_mail(self, dispatch: Dispatch) -> None:
        """Ask the ministry by telephone whether it arrived, or where to."""
        house = self.house
        if dispatch.status is MailStatus.UNCERTAIN:
            arrived = house.relay.saw(dispatch.message_id)
            mail_deciding.settle(house.db, dispatch.id, accepted=arrived, now=house.now)
            return
        address = dispatch.address
        if dispatch.status is MailStatus.BOUNCED or dispatch.bounced_at or not address:
            name = (address or "forum@new.example").rpartition("@")[2]
            address = f"new.forum@{name}"
            set_contact(
                house.db, dispatch.organisation_code, ContactRole.PRIMARY, address, house.now
            )
        mail_deciding.release(house.db, dispatch.id, address=address, now=house.now)

    def _replies(self) -> None:
        house = self.house
        with house.db.reading() as session:
            waiting = queries.open_replies(session)
        for reply in waiting:

            def settle(reply: Reply = reply) -> None:
                self._settle_reply(reply)

            self._do(f"reply:{reply.id}:{reply.status}", _since(reply), settle, forget=5)

    def _settle_reply(self, reply: Reply) -> None:
        house, dice = self.house, self.house.plan.dice
        if reply.status is ReplyStatus.HELD:
            if reply.candidates and dice.falls(0.8, "files", reply.id):
                filing.file(
                    house.db,
                    reply.id,
                    document_id=reply.candidates[0],
                    name=_NAME,
                    store=house.store,
                    scanner=None,
                    ladder=house.ladder,
                    now=house.now,
                )
            else:
                filing.dismiss(house.db, reply.id, name=_NAME, now=house.now)
            return
        with house.db.reading() as session:
            drafts = confirming.drafts_of(session, reply)
        for referral_id, draft in drafts.items():
            if draft.decision is None:
                confirming.complete(
                    house.db,
                    reply.id,
                    referral_id=referral_id,
                    decision=ResponseDecision.NOT_ACCEPTED,
                    now=house.now,
                )
        try:
            confirming.confirm(house.db, reply.id, name=_NAME, now=house.now)
        except (NotTaken, confirming.ReplyNotOpened):
            filing.dismiss(house.db, reply.id, name=_NAME, now=house.now)

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

    def _citizens(self) -> None:
        """One refusal in eight is not taken for an answer, by some only when it is too late."""
        house, dice = self.house, self.house.plan.dice
        with house.db.reading() as session:
            refusals = queries.published_refusals(session, house.now - timedelta(days=22))
        self._waits |= bool(refusals)
        for response, referral in refusals:
            assert response.decided_at is not None
            day = response.decided_at + timedelta(
                days=dice.between(1, 20, "reexamination", response.id)
            )
            if dice.falls(0.12, "insists", response.id) and seoul_date(day) == seoul_date(
                house.now
            ):
                house.request(
                    f"reexamine:{response.id}",
                    partial(
                        reexamine,
                        house.db,
                        referral.id,
                        suggestion_id=referral.suggestion_id,
                        reason="다른 사례가 있습니다.",
                        ladder=house.ladder,
                        now=house.now,
                    ),
                )

    def _promises(self) -> None:
        house, dice = self.house, self.house.plan.dice
        with house.db.reading() as session:
            promised = queries.open_commitments(session)
        self._waits |= bool(promised)
        for commitment, referral in promised:
            late = dice.between(-20, 60, "kept", commitment.id)
            if dice.falls(0.15, "broken", commitment.id):
                continue
            if seoul_date(house.now) >= commitment.due_on + timedelta(days=late):
                house.request(
                    f"settle:{commitment.id}",
                    partial(
                        commitments.settle,
                        house.db,
                        commitment.id,
                        organisation_id=referral.organisation_id,
                        status=CommitmentStatus.DONE,
                        account="개정을 마쳤습니다.",
                        now=house.now,
                    ),
                )


def _since(reply: Reply) -> datetime:
    """A held one is as old as anything: the days of its delay are those from its first being seen."""
    return reply.filed_at or datetime.min.replace(tzinfo=UTC)
