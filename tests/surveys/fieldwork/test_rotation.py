"""Rotating a panel between its waves, drawing the places that stay open, and the funnel; on both databases."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import select, update

from gongmun import ledger
from gongmun.clock import seoul_time
from gongmun.db import Database
from gongmun.documents import LocalStore
from gongmun.mail import Dispatch
from gongmun.mail.models import IncomingMail
from gongmun.settings import settings
from gongmun.surveys.fieldwork.funnel import Funnel, Step, last_funnel
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.fieldwork.models import Invitation, InvitationStatus, SurveyCycle
from gongmun.surveys.fieldwork.opening import open_wave
from gongmun.surveys.fieldwork.rotation import (
    Rotated,
    RotationRefused,
    Rules,
    preview_rotation,
    rotate_panel,
)
from gongmun.surveys.fieldwork.seating import DrawOutdated, NoOpenPlaces, open_places, seat
from gongmun.surveys.fieldwork.series import register_series
from gongmun.surveys.fieldwork.serving_queries import served
from gongmun.surveys.fieldwork.starting import start
from gongmun.surveys.fieldwork.storing import store as store_questionnaire
from gongmun.surveys.panels import queries
from gongmun.surveys.panels.dropping_out import drop_out
from gongmun.surveys.panels.enrolling import DrawNotVerified, Recruited, enrol_draw, enrol_list
from gongmun.surveys.panels.forgetting import Forgotten, forget_volunteers
from gongmun.surveys.panels.models import PanelMember, PanelRest, PanelRotation, Standing
from gongmun.surveys.panels.pool import assemble, publish_pool, read_pool, write_pool
from gongmun.surveys.panels.publishing import DRAW
from gongmun.surveys.panels.quotas import Quota, Quotas, read_quotas, write_quotas
from gongmun.surveys.panels.steps import commit, fix_lottery, reveal
from gongmun.text import Bilingual
from tests.surveys.fieldwork.conftest import FILE, MORNING, OPENING, questionnaire, until_it_waits
from tests.world import at

pytestmark = pytest.mark.long

SEED = "5e" * 32
CODE = FILE.panel
QUOTAS = Quotas(
    size=8,
    cells=tuple(Quota(feature="sex", value=value, least=4, most=4) for value in ("F", "M")),
)
NUMBERS = range(32)
QUARTER = Rules(share=Fraction(1, 4), rest_months=12)
# In the next quarter: the rule has a wave each.
LATER = MORNING + timedelta(days=100)


@dataclass
class Panelled:
    """A panel of 8 of 32, two at an address, and what is done with it."""

    db: Database
    store: LocalStore
    waves: int = field(default=0)

    def wave(self, now: datetime) -> SurveyCycle:
        """A wave that has invited everybody and is over."""
        self.waves += 1
        cycle_id = start(self.db, FILE.code, key=f"wave-{self.waves}", now=now).cycle_id
        open_wave(self.db, cycle_id, now=now)
        self.set(cycle_id, Status.PUBLISHED)
        with self.db.reading() as session:
            return session.get_one(SurveyCycle, cycle_id)

    def set(self, cycle_id: int, status: Status) -> None:
        """Put a wave there."""
        with self.db.transaction() as session:
            session.execute(
                update(SurveyCycle).where(SurveyCycle.id == cycle_id).values(status=status)
            )

    def rotate(self, rules: Rules = QUARTER, now: datetime = LATER) -> Rotated:
        """Do it."""
        return rotate_panel(self.db, CODE, rules, name="한소통", store=self.store, now=now)

    def preview(self, rules: Rules = QUARTER, now: datetime = LATER) -> Rotated:
        """Only look."""
        return preview_rotation(self.db, CODE, rules, store=self.store, now=now)

    def members(self, *standings: Standing) -> dict[str, PanelMember]:
        """Who stands there, by number."""
        with self.db.reading() as session:
            panel = queries.panel(session, CODE)
            return {m.number: m for m in queries.members(session, panel.id, standings)}

    def home(self, number: str) -> int:
        """Where somebody lives: two by two."""
        return int(number[1:]) // 2

    def funnel(self) -> Funnel:
        """The funnel up to the last wave."""
        with self.db.reading() as session:
            return last_funnel(session, queries.panel(session, CODE))

    def draw(self, quotas: bytes, pool: bytes, size: int) -> dict[str, bytes]:
        """A draw from these files, as the commands make it."""
        asked = read_quotas(quotas, "quotas.csv", size)
        files = fix_lottery(read_pool(pool, "pool.csv", asked), asked)
        files |= commit(files, SEED, "")
        return files | reveal(files, SEED, "")


@pytest.fixture(scope="module")
def published() -> Mapping[str, bytes]:
    """The draw of the panel, as it is published."""
    # Man and woman by turns, and two strangers of the same sex at each address but the first.
    pool = assemble(("sex",), [(f"p{n:02}", ("FM"[n // 2 % 2],), f"길 {n // 2}") for n in NUMBERS])
    files = fix_lottery(pool, QUOTAS)
    files |= commit(files, SEED, "")
    return files | reveal(files, SEED, "")


@pytest.fixture
def panelled(
    db: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    published: Mapping[str, bytes],
) -> Iterator[Panelled]:
    monkeypatch.setenv("GONGMUN_SURVEY_KEYS", str(tmp_path / "keys"))
    settings.cache_clear()
    people = "\n".join(["id,contact", *(f"p{n:02},citizen{n}@people.example" for n in NUMBERS)])
    kept = LocalStore(tmp_path / "store", ending="")
    enrol_draw(
        db,
        CODE,
        Bilingual(ko="시민참여단", en="Citizens' panel"),
        published,
        people.encode(),
        recruited=Recruited(invited=400, willing=40),
        store=kept,
        now=MORNING,
    )
    store_questionnaire(db, questionnaire(), now=at(OPENING))
    register_series(db, FILE, now=at(OPENING))
    yield Panelled(db, kept)
    settings.cache_clear()


def test_a_preview_says_what_is_done_then_and_changes_nothing(panelled: Panelled) -> None:
    panelled.wave(MORNING)
    before = panelled.members(*Standing)
    seen = panelled.preview()
    assert {n: m.standing for n, m in panelled.members(*Standing).items()} == {
        n: m.standing for n, m in before.items()
    }
    assert panelled.rotate() == seen
    assert (len(seen.leaves), seen.stays, seen.wave) == (2, 6, 1)
    serving = panelled.members(Standing.SELECTED)
    assert len(serving) == 8
    for each in seen.leaves:
        assert (each.waves, each.rests_until, each.differs) == (1, date(2028, 1, 20), ())
        assert each.followed_by in serving
        assert each.number in panelled.members(Standing.LEFT)
    # Of one address is one, also of those where somebody rests.
    homes = [panelled.home(number) for number in [*serving, *(each.number for each in seen.leaves)]]
    assert len(set(homes)) == len(homes)


def test_a_panel_is_rotated_once_after_each_wave(panelled: Panelled) -> None:
    with pytest.raises(RotationRefused, match="한 번도"):
        panelled.rotate()
    panelled.wave(MORNING)
    panelled.rotate()
    for again in (panelled.rotate, panelled.preview):
        with pytest.raises(RotationRefused, match="이미 교체"):
            again()
    panelled.wave(LATER)
    assert panelled.rotate(now=LATER + timedelta(days=30)).wave == 2
    with panelled.db.reading() as session:
        waves = session.scalars(select(PanelRotation.wave).order_by(PanelRotation.wave)).all()
    assert waves == [1, 2]


@pytest.mark.parametrize("status", [Status.FROZEN, Status.FIELDING, Status.CLOSING])
def test_nobody_is_taken_off_while_a_wave_is_under_way(panelled: Panelled, status: Status) -> None:
    panelled.set(panelled.wave(MORNING).id, status)
    with pytest.raises(RotationRefused, match="진행 중"):
        panelled.rotate()


def test_a_wave_that_was_cancelled_does_not_count(panelled: Panelled) -> None:
    panelled.set(panelled.wave(MORNING).id, Status.CANCELLED)
    with pytest.raises(RotationRefused, match="한 번도"):
        panelled.rotate()


def test_who_began_first_leaves_first_and_is_told(panelled: Panelled) -> None:
    panelled.wave(MORNING)
    first = panelled.rotate()
    panelled.wave(LATER)
    moment = LATER + timedelta(days=60)
    second = panelled.rotate(now=moment)
    newcomers = {each.followed_by for each in first.leaves}
    assert {each.waves for each in second.leaves} == {2}
    assert not newcomers & {each.number for each in second.leaves}
    with panelled.db.reading() as session:
        mails = session.scalars(select(Dispatch).where(Dispatch.intent == "panel_left")).all()
        panel = queries.panel(session, CODE)
        told = str([e.data for e in ledger.history(session, "panel", panel.id)])
    bodies = {mail.address: mail.body for mail in mails}
    turns = (
        (first.leaves, "2028. 1. 20.", "20 January 2028"),
        (second.leaves, "2028. 3. 21.", "21 March 2028"),
    )
    for leaves, korean, english in turns:
        for each in leaves:
            body = bodies.pop(f"citizen{int(each.number[1:])}@people.example")
            assert korean in body
            assert english in body
    assert not bodies
    assert "example" not in told


def test_when_retention_is_over_the_mails_to_who_left_name_nobody(panelled: Panelled) -> None:
    panelled.wave(MORNING)
    panelled.rotate()
    with panelled.db.transaction() as session:
        keep_until = queries.panel(session, CODE).keep_until
        tokens = session.scalars(
            select(Dispatch.token).where(Dispatch.intent == "panel_left")
        ).all()
        for number, token in enumerate((tokens[0], "0" * 16)):
            session.add(
                IncomingMail(
                    raw_sha256=str(number) * 64,
                    size=1,
                    collected_at=LATER,
                    arrived_at=LATER,
                    sender="somebody@people.example",
                    text="Goodbye",
                    tokens=[token],
                )
            )
    assert keep_until == MORNING.date() + timedelta(days=731)
    nobody = Forgotten(unconfirmed=0, kept=0, enrolled=0)
    assert forget_volunteers(panelled.db, seoul_time(keep_until)) == nobody
    over = seoul_time(keep_until + timedelta(days=1))
    assert forget_volunteers(panelled.db, over).enrolled == len(NUMBERS)
    assert forget_volunteers(panelled.db, over) == nobody
    with panelled.db.reading() as session:
        mails = session.scalars(select(Dispatch).where(Dispatch.intent == "panel_left")).all()
        assert {mail.address for mail in mails} == {None}
        # Who wrote about something else is not concerned.
        texts = session.scalars(select(IncomingMail.text).order_by(IncomingMail.id)).all()
        assert texts == [None, "Goodbye"]


def test_he_is_thanked_for_the_waves_that_he_has_answered(panelled: Panelled) -> None:
    # All eight are asked in three waves; six answer the first, and three of them the second.
    for number, count in enumerate((6, 3, 0)):
        answered(panelled, panelled.wave(MORNING + timedelta(days=92 * number)), count)
    everybody = panelled.rotate(Rules(share=Fraction(1), rest_months=6, by_reserves=False))
    assert {each.waves for each in everybody.leaves} == {3}
    assert sorted(each.answered for each in everybody.leaves) == [0, 0, 1, 1, 1, 2, 2, 2]
    with panelled.db.reading() as session:
        mails = session.scalars(select(Dispatch.body).where(Dispatch.intent == "panel_left")).all()
    words = {
        ("’에 함께해 주셔서 고맙습니다.", "having been part of “Citizens' panel”."): 2,
        ("’에서 1회의 설문에 답해 주셔서", "having answered 1 wave of “Citizens' panel”."): 3,
        ("’에서 2회의 설문에 답해 주셔서", "having answered 2 waves of “Citizens' panel”."): 3,
    }
    for (ko, en), count in words.items():
        assert len([body for body in mails if ko in body and en in body]) == count


def test_a_wave_that_opens_while_the_panel_is_changed_asks_who_stays(panelled: Panelled) -> None:
    cycle_id = start(panelled.db, FILE.code, key="beside", now=MORNING).cycle_id
    (gone, *_) = panelled.members(Standing.SELECTED)
    with ThreadPoolExecutor(1) as other, panelled.db.transaction() as session:
        panel = queries.panel(session, CODE, lock=True)
        opening = other.submit(open_wave, panelled.db, cycle_id, now=MORNING)
        until_it_waits(panelled.db, opening)
        (member,) = queries.numbered(session, panel.id, [gone]).values()
        member.standing, member.left_at = Standing.LEFT, MORNING
    assert opening.result().asked == 7


def test_a_panel_that_is_asked_while_it_is_rotated_is_not(panelled: Panelled) -> None:
    panelled.wave(MORNING)
    cycle_id = start(panelled.db, FILE.code, key="beside", now=LATER).cycle_id
    with ThreadPoolExecutor(1) as other, panelled.db.transaction() as session:
        queries.panel(session, CODE, lock=True)
        rotating = other.submit(panelled.rotate)
        until_it_waits(panelled.db, rotating)
        session.execute(
            update(SurveyCycle).where(SurveyCycle.id == cycle_id).values(status=Status.INVITING)
        )
    with pytest.raises(RotationRefused, match="진행 중"):
        rotating.result()


@pytest.mark.parametrize(
    ("status", "count"),
    [(Status.DRAFT, 0), (Status.FIELDING, 0), (Status.CANCELLED, 0), (Status.CLOSED, 1)],
)
def test_only_waves_that_are_over_have_been_served(
    panelled: Panelled, status: Status, count: int
) -> None:
    cycle = panelled.wave(MORNING)
    panelled.set(cycle.id, status)
    with panelled.db.reading() as session:
        found = served(session, queries.panel(session, CODE).id)
    assert (found.waves, len(found.asked)) == (count, 8 * count)


def test_who_rests_is_not_invited_to_the_next_wave(panelled: Panelled) -> None:
    panelled.wave(MORNING)
    gone = {each.number for each in panelled.rotate().leaves}
    cycle = panelled.wave(LATER)
    with panelled.db.reading() as session:
        invited = set(
            session.scalars(
                select(PanelMember.number)
                .join(Invitation, Invitation.member_id == PanelMember.id)
                .where(Invitation.cycle_id == cycle.id)
            )
        )
    assert len(invited) == 8
    assert not invited & gone


def test_places_that_stay_open_are_drawn_without_who_rests_or_lives_with_him(
    panelled: Panelled,
) -> None:
    with pytest.raises(NoOpenPlaces):
        open_places(panelled.db, CODE, store=panelled.store, now=LATER)
    panelled.wave(MORNING)
    left = panelled.rotate(Rules(share=Fraction(1, 2), rest_months=6, by_reserves=False))
    assert sum(left.open.values()) == len(left.leaves) == 4
    places = open_places(panelled.db, CODE, store=panelled.store, now=LATER)
    assert places.quotas.size == 4
    serving = panelled.members(Standing.SELECTED)
    out = {panelled.home(number) for number in [*serving, *(each.number for each in left.leaves)]}
    assert out
    assert not out & {panelled.home(person.id) for person in places.pool.people}
    # The files are read as the same pool and quotas; a draw from them fills the seats.
    quotas, pool = write_quotas(places.quotas).encode(), write_pool(places.pool)
    assert publish_pool(read_pool(pool, "pool.csv", places.quotas)) == publish_pool(places.pool)
    files = panelled.draw(quotas, pool, 4)
    with pytest.raises(DrawNotVerified):
        seat(panelled.db, CODE, {**files, DRAW: b"{}"}, store=panelled.store, now=LATER)
    assert seat(panelled.db, CODE, files, store=panelled.store, now=LATER) == 4
    after = panelled.members(Standing.SELECTED)
    assert len(after) == 8
    assert {member.sex for member in after.values()} == {"F", "M"}
    assert sum(member.sex == "F" for member in after.values()) == 4
    with pytest.raises(NoOpenPlaces):
        seat(panelled.db, CODE, files, store=panelled.store, now=LATER)


def test_when_the_rest_is_over_he_may_be_drawn_again(panelled: Panelled) -> None:
    panelled.wave(MORNING)
    left = panelled.rotate(Rules(share=Fraction(1, 4), rest_months=6, by_reserves=False))
    gone = {each.number for each in left.leaves}
    until = left.leaves[0].rests_until
    for day, may in ((until, set()), (until + timedelta(days=1), gone)):
        places = open_places(panelled.db, CODE, store=panelled.store, now=at(day))
        assert gone & {person.id for person in places.pool.people} == may


def test_who_left_by_himself_is_not_drawn_again(panelled: Panelled) -> None:
    panelled.wave(MORNING)
    (gone, *_) = panelled.members(Standing.SELECTED)
    drop_out(panelled.db, CODE, [gone], store=panelled.store, now=MORNING)
    panelled.rotate(Rules(share=Fraction(1, 4), rest_months=0, by_reserves=False))
    places = open_places(panelled.db, CODE, store=panelled.store, now=at(date(2030, 1, 7)))
    assert gone not in {person.id for person in places.pool.people}


def test_who_came_back_after_his_rest_and_left_by_himself_is_not_drawn_again(
    panelled: Panelled,
) -> None:
    panelled.wave(MORNING)
    rules = Rules(share=Fraction(1, 4), rest_months=1, by_reserves=False)
    (back, *_) = (each.number for each in panelled.rotate(rules).leaves)
    moment = LATER + timedelta(days=60)
    with panelled.db.transaction() as session:
        panel = queries.panel(session, CODE)
        assert not queries.dropped_out(session, panel.id)
        # As `seat` does with who was drawn.
        (member,) = queries.numbered(session, panel.id, [back]).values()
        member.standing, member.left_at = Standing.SELECTED, None
    drop_out(panelled.db, CODE, [back], store=panelled.store, now=moment)
    with panelled.db.reading() as session:
        assert [each.number for each in queries.dropped_out(session, panel.id)] == [back]
    # The other who rested leaves a place.
    places = open_places(panelled.db, CODE, store=panelled.store, now=moment)
    assert back not in {person.id for person in places.pool.people}


def test_who_has_withdrawn_is_not_drawn_for_an_open_place(panelled: Panelled) -> None:
    panelled.wave(MORNING)
    panelled.rotate(Rules(share=Fraction(1, 2), rest_months=6, by_reserves=False))
    before = open_places(panelled.db, CODE, store=panelled.store, now=LATER)
    gone, *stay = (person.id for person in before.pool.people)
    files = panelled.draw(write_quotas(before.quotas).encode(), write_pool(before.pool), 4)
    with panelled.db.transaction() as session:
        queries.unname(session, CODE, gone)
    places = open_places(panelled.db, CODE, store=panelled.store, now=LATER)
    assert [person.id for person in places.pool.people] == stay
    # Nor is he seated by a draw from before.
    with pytest.raises(DrawOutdated):
        seat(panelled.db, CODE, files, store=panelled.store, now=LATER)


def test_a_reserve_whose_data_are_gone_follows_nobody(panelled: Panelled) -> None:
    panelled.wave(MORNING)
    followers = {each.followed_by for each in panelled.preview().leaves} - {None}
    assert followers
    with panelled.db.transaction() as session:
        session.execute(
            update(PanelMember).where(PanelMember.number.in_(followers)).values(person_id=None)
        )
    now_ = {each.followed_by for each in panelled.rotate().leaves} - {None}
    assert now_
    assert not now_ & followers


def test_who_lives_with_somebody_that_rests_follows_nobody(panelled: Panelled) -> None:
    panelled.wave(MORNING)
    left = panelled.rotate(Rules(share=Fraction(1, 2), rest_months=6, by_reserves=False))
    homes = {panelled.home(each.number) for each in left.leaves}
    near = {n for n in panelled.members(Standing.RESERVE) if panelled.home(n) in homes}
    assert near
    # Nobody else is left.
    with panelled.db.transaction() as session:
        session.execute(
            update(PanelMember)
            .where(PanelMember.standing == Standing.RESERVE, PanelMember.number.not_in(near))
            .values(standing=Standing.CANDIDATE)
        )
    until = left.leaves[0].rests_until
    follows = []
    for day in (until, until + timedelta(days=1)):
        gone = list(panelled.members(Standing.SELECTED))[:2]
        done = drop_out(panelled.db, CODE, gone, store=panelled.store, now=at(day))
        follows.append({each.by for each in done.replacements} - {None})
    assert follows[0] == set()
    assert follows[1] <= near
    assert follows[1]


def test_a_draw_for_other_places_seats_nobody(panelled: Panelled) -> None:
    panelled.wave(MORNING)
    panelled.rotate(Rules(share=Fraction(1, 2), rest_months=6, by_reserves=False))
    places = open_places(panelled.db, CODE, store=panelled.store, now=LATER)
    files = panelled.draw(write_quotas(places.quotas).encode(), write_pool(places.pool), 4)
    (gone, *_) = panelled.members(Standing.SELECTED)
    # A member leaves after the draw, and nobody follows: the places are not those that were drawn for.
    with panelled.db.transaction() as session:
        session.execute(
            update(PanelMember)
            .where(PanelMember.number == gone)
            .values(standing=Standing.LEFT, left_at=LATER)
        )
    with pytest.raises(DrawOutdated):
        seat(panelled.db, CODE, files, store=panelled.store, now=LATER)
    assert len(panelled.members(Standing.SELECTED)) == 3


def test_a_list_is_not_rotated(panelled: Panelled) -> None:
    people = b"id,contact\na1,one@people.example\n"
    title = Bilingual(ko="손님", en="Guests")
    enrol_list(panelled.db, "guests", title, people, now=MORNING)
    with pytest.raises(RotationRefused, match="추첨한 참여단이 아닙니다"):
        preview_rotation(panelled.db, "guests", QUARTER, store=panelled.store, now=LATER)


def answered(panelled: Panelled, cycle: SurveyCycle, count: int) -> Sequence[int]:
    with panelled.db.transaction() as session:
        ids = session.scalars(
            select(Invitation.id)
            .where(Invitation.cycle_id == cycle.id)
            .order_by(Invitation.member_id)
            .limit(count)
        ).all()
        session.execute(
            update(Invitation)
            .where(Invitation.id.in_(ids))
            .values(status=InvitationStatus.ANSWERED)
        )
        return ids


def test_the_funnel_counts_each_step(panelled: Panelled) -> None:
    assert panelled.funnel().steps == (
        (Step.INVITED, 400),
        (Step.WILLING, 40),
        (Step.CANDIDATES, 32),
        (Step.SELECTED, 8),
        (Step.ATTENDED, 0),
        (Step.ASKED, 0),
        (Step.ANSWERED, 0),
    )
    answered(panelled, panelled.wave(MORNING), 6)
    (gone, *_) = panelled.members(Standing.SELECTED)
    drop_out(panelled.db, CODE, [gone], store=panelled.store, now=MORNING + timedelta(days=1))
    panelled.rotate()
    answered(panelled, panelled.wave(LATER), 3)
    found = panelled.funnel()
    # One has left by himself, two by the rotation; three have followed.
    assert found.selected == 11
    assert (found.asked, found.answered, found.wave) == (8, 3, 2)
    assert 6 <= found.attended <= 9
    assert found.retention == pytest.approx(8 / 9)
    assert found.recruitment == (0.1, 0.8)
    with panelled.db.reading() as session:
        assert len(session.scalars(select(PanelRest)).all()) == 2


def test_the_funnel_counts_no_answers_to_a_wave_that_was_cancelled(panelled: Panelled) -> None:
    cancelled = panelled.wave(MORNING)
    answered(panelled, cancelled, 6)
    panelled.set(cancelled.id, Status.CANCELLED)
    assert panelled.funnel().attended == 0
    answered(panelled, panelled.wave(LATER), 2)
    assert panelled.funnel().attended == 2


def test_a_rate_that_nobody_counted_is_not_told(panelled: Panelled) -> None:
    with panelled.db.transaction() as session:
        queries.panel(session, CODE).invited = None
    assert panelled.funnel().recruitment is None
    assert dict(panelled.funnel().steps)[Step.INVITED] is None


def test_over_two_years_nobody_serves_who_rests_or_lives_with_him(panelled: Panelled) -> None:
    rules = Rules(share=Fraction(1, 4), rest_months=7)
    sat: set[str] = set()
    for quarter in range(8):
        now = MORNING + timedelta(days=92 * quarter)
        panelled.wave(now)
        done = panelled.rotate(rules, now + timedelta(days=40))
        moment = now + timedelta(days=41)
        if done.open:
            places = open_places(panelled.db, CODE, store=panelled.store, now=moment)
            size = places.quotas.size
            quotas, pool = write_quotas(places.quotas).encode(), write_pool(places.pool)
            files = panelled.draw(quotas, pool, size)
            assert seat(panelled.db, CODE, files, store=panelled.store, now=moment) == size
        serving = panelled.members(Standing.SELECTED)
        sat |= set(serving)
        with panelled.db.reading() as session:
            resting = set(
                session.scalars(
                    select(PanelMember.number)
                    .join(PanelRest, PanelRest.member_id == PanelMember.id)
                    .where(PanelRest.until >= moment.date())
                )
            )
        assert sorted(member.sex or "" for member in serving.values()) == ["F"] * 4 + ["M"] * 4
        assert not resting & set(serving)
        homes = [panelled.home(number) for number in serving]
        assert len(set(homes)) == 8
        assert not set(homes) & {panelled.home(number) for number in resting}
    # Two leave after each wave: more had their turn than the panel has seats.
    assert len(sat) >= 8 + 2 * 7
