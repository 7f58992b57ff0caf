"""Open calls: from the sign-up to the pool and the panel, and what strangers try meanwhile; on both databases."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from gongmun import ledger
from gongmun.access import links
from gongmun.access.limits import LIMITS, TooManyAttempts, Trial
from gongmun.access.links import LinkUnknown
from gongmun.access.looking import volunteer as dispatch_of
from gongmun.access.models import AccessLink
from gongmun.clock import seoul_time
from gongmun.db import Database
from gongmun.documents import LocalStore
from gongmun.errors import NotFound
from gongmun.ledger import Actor
from gongmun.mail import Dispatch, dispatch_due
from gongmun.mail.life import Status as MailStatus
from gongmun.mail.mailer import FakeMailer
from gongmun.settings import settings
from gongmun.surveys.fieldwork import leaving
from gongmun.surveys.panels import call_queries, queries
from gongmun.surveys.panels.call_draws import DrawOfOthers
from gongmun.surveys.panels.calls import (
    Called,
    CallInvalid,
    CallOver,
    CallPortalMissing,
    CallRunning,
    called,
    close_call,
    open_call,
)
from gongmun.surveys.panels.dropping_out import drop_out
from gongmun.surveys.panels.enrolling import enrol_call, enrol_list
from gongmun.surveys.panels.exporting import export_pool
from gongmun.surveys.panels.forgetting import Forgotten, forget_volunteers
from gongmun.surveys.panels.households import HouseholdKeyMissing, household
from gongmun.surveys.panels.models import (
    Panel,
    PanelKind,
    PanelMember,
    PanelPerson,
    PanelRest,
    PanelRotation,
    Standing,
    Volunteer,
)
from gongmun.surveys.panels.pool import ADDRESS, read_pool
from gongmun.surveys.panels.publishing import DRAW, read_draw
from gongmun.surveys.panels.quotas import Quota, Quotas
from gongmun.surveys.panels.resting import PeopleResting
from gongmun.surveys.panels.steps import commit, fix_lottery, reveal
from gongmun.surveys.panels.volunteering import (
    Entry,
    SignUp,
    confirm,
    entry,
    sign_up,
    volunteer_of,
    withdraw,
)
from gongmun.text import Bilingual
from tests.conftest import NOW

pytestmark = pytest.mark.long

CALL, PANEL = "open-2026", "citizens-2027"
TITLE = Bilingual(ko="2027 시민참여단 모집", en="Call for the citizens' panel 2027")
FIRST, LAST = date(2026, 10, 12), date(2026, 10, 30)
OVER = seoul_time(LAST + timedelta(days=1))
ANN = SignUp(
    contact="Ann@People.example",
    sex="F",
    age_group="30-39",
    province="서울특별시",
    postcode="03172",
    road="세종대로 209",
    unit="101동 202호",
)
QUOTAS = Quotas(
    size=4,
    cells=(
        *(Quota(feature="sex", value=value, least=2, most=2) for value in ("F", "M")),
        Quota(feature="age_group", value="30-39", least=0, most=4),
        Quota(feature="sido", value="서울특별시", least=0, most=4),
    ),
)


@dataclass
class Calling:
    """An installation with a call that is open, and what people do about it."""

    db: Database
    store: LocalStore
    mailer: FakeMailer = field(default_factory=FakeMailer)

    def sign_up(self, told: SignUp = ANN, ip: str = "192.0.2.7", now: datetime = NOW) -> None:
        """Somebody sends the form."""
        sign_up(self.db, CALL, told, ip=ip, now=now)

    def tokens(self, now: datetime = NOW) -> list[str]:
        """The tokens of the mails that have left, the oldest first."""
        dispatch_due(
            self.db,
            mailer=self.mailer,
            attachments=lambda _: b"",
            witness=None,
            now=now,
            owner="test",
            fill=links.fill,
            review=leaving.review,
        )
        parser = BytesParser(policy=policy.default)
        texts = [parser.parsebytes(raw).get_content() for _, raw in self.mailer.sent]
        return [found for text in texts for found in re.findall(r"/v/([\w-]+)", text)]

    def volunteer(self, token: str, now: datetime = NOW) -> int:
        """Whose token it is."""
        dispatch_id = dispatch_of(self.db, token, ip="192.0.2.7", now=now)
        with self.db.reading() as session:
            return volunteer_of(session, dispatch_id)

    def confirm(self, token: str, now: datetime = NOW) -> None:
        """Press the button."""
        confirm(self.db, self.volunteer(token, now), now=now)

    def withdraw(self, token: str, now: datetime = NOW) -> None:
        """Press the other button."""
        withdraw(self.db, self.volunteer(token, now), store=self.store, now=now)

    def entry(self, token: str, now: datetime = NOW) -> Entry:
        """The page of the link."""
        volunteer_id = self.volunteer(token, now)
        with self.db.reading() as session:
            return entry(session, volunteer_id, now)

    def called(self, now: datetime = NOW) -> Called:
        """The call as it stands."""
        with self.db.reading() as session:
            return called(session, call_queries.call(session, CALL), now)

    def join(self, *people: SignUp) -> list[str]:
        """These people sign up and confirm; their tokens."""
        before = len(self.mailer.sent)
        for number, each in enumerate(people):
            self.sign_up(each, ip=f"198.51.100.{number}")
        tokens = self.tokens()[before:]
        for token in tokens:
            self.confirm(token)
        return tokens

    def enrol(self) -> None:
        """The panel of the call."""
        enrol_call(self.db, CALL, drawn(self), store=self.store, now=OVER)

    def members(self, *standings: Standing) -> Sequence[PanelMember]:
        """The members of the panel who stand there, or all of them."""
        with self.db.reading() as session:
            panel = queries.panel(session, PANEL)
            return queries.members(session, panel.id, standings or set(Standing))

    def people(self) -> int:
        """How many people are known by their addresses."""
        with self.db.reading() as session:
            return session.scalar(select(func.count()).select_from(PanelPerson)) or 0

    def on_its_way(self, status: MailStatus) -> None:
        """Every mail stands there."""
        with self.db.transaction() as session:
            session.execute(update(Dispatch).values(status=status))

    def rows(self) -> int:
        """How many sign-ups are kept."""
        with self.db.reading() as session:
            return session.scalar(select(func.count()).select_from(Volunteer)) or 0


def person(number: int, **more: str) -> SignUp:
    """One of many."""
    told = replace(
        ANN,
        contact=f"citizen{number}@people.example",
        sex="FM"[number % 2],
        road=f"세종대로 {number}",
    )
    return replace(told, **more)


@pytest.fixture
def calling(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Calling]:
    """The call, on both databases."""
    monkeypatch.setenv("GONGMUN_SURVEY_KEYS", str(tmp_path / "keys"))
    settings.cache_clear()
    opened(db)
    yield Calling(db, LocalStore(tmp_path / "store", ending=""))
    settings.cache_clear()


def opened(db: Database, code: str = CALL, panel: str = PANEL, **more: object) -> Called:
    days: dict[str, object] = {"opens_on": FIRST, "closes_on": LAST, **more}
    return open_call(db, code, panel_code=panel, title=TITLE, now=NOW, **days)  # type: ignore[arg-type]


def test_only_whoever_confirms_is_a_candidate(calling: Calling) -> None:
    calling.sign_up()
    assert (calling.called().confirmed, calling.called().waiting) == (0, 1)
    (token,) = calling.tokens()
    seen = calling.entry(token)
    assert (seen.sex, seen.age_group, seen.province) == ("F", "30-39", "서울특별시")
    assert (seen.can_confirm, seen.is_confirmed, seen.is_another) == (True, False, False)
    calling.confirm(token)
    assert (calling.called().confirmed, calling.called().waiting) == (1, 0)
    assert calling.entry(token).is_confirmed


def test_a_confirmation_that_is_replayed_changes_nothing(calling: Calling) -> None:
    (token,) = calling.join(ANN)
    for later in (NOW, NOW + timedelta(days=30), OVER):
        calling.confirm(token, later)
    assert calling.called().confirmed == 1
    with calling.db.reading() as session:
        call = call_queries.call(session, CALL)
        told = [e.kind for e in ledger.history(session, "panel_call", call.id)]
        events = [str(e.data) for e in ledger.history(session, "panel_call", call.id)]
    assert told.count("panel.volunteered") == 1
    assert "example" not in "".join(events)


@pytest.mark.parametrize("late", [seoul_time(NOW.date() + timedelta(days=8)), OVER])
def test_a_link_that_has_expired_confirms_nothing(calling: Calling, late: datetime) -> None:
    now = min(NOW, late) if late < OVER else OVER - timedelta(hours=2)
    calling.sign_up(now=now)
    (token,) = calling.tokens(now)
    assert not calling.entry(token, late).can_confirm
    with pytest.raises(CallOver):
        calling.confirm(token, late)
    assert calling.called(late).confirmed == 0
    # Whoever is late signs up again, as long as the call is open.
    if late < OVER:
        calling.sign_up(now=late)
        calling.confirm(calling.tokens(late)[-1], late)
        assert calling.called(late).confirmed == 1


def test_a_link_holds_until_the_end_of_the_day_that_the_mail_names(calling: Calling) -> None:
    calling.sign_up()
    (token,) = calling.tokens()
    mail = BytesParser(policy=policy.default).parsebytes(calling.mailer.sent[-1][1])
    assert "2026. 10. 19.(월)까지" in mail.get_content()
    last = seoul_time(NOW.date() + timedelta(days=8)) - timedelta(seconds=1)
    assert calling.entry(token, last).confirm_on == date(2026, 10, 19)
    calling.confirm(token, last)
    assert calling.called(last).confirmed == 1


def test_two_sign_ups_at_once_with_one_address_are_one_candidate(calling: Calling) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda sex: calling.sign_up(replace(ANN, sex=sex)), "FM"))
    volunteers = [calling.volunteer(token) for token in calling.tokens()]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda each: confirm(calling.db, each, now=NOW), volunteers))
    assert (calling.called().confirmed, calling.called().waiting) == (1, 0)


def test_a_stranger_who_names_an_address_changes_nothing_of_what_its_owner_told(
    calling: Calling,
) -> None:
    (own,) = calling.join(ANN)
    calling.sign_up(replace(ANN, sex="M", province="부산광역시"), ip="203.0.113.9")
    assert calling.entry(own).sex == "F"
    # The mail goes to the owner, who sees that it is not what he told.
    assert {recipient for recipient, _ in calling.mailer.sent} == {"ann@people.example"}
    strange = calling.entry(calling.tokens()[-1])
    assert (strange.sex, strange.is_another) == ("M", True)
    assert calling.called().confirmed == 1


def test_whoever_signs_up_again_and_confirms_replaces_what_he_told(calling: Calling) -> None:
    first, second = calling.join(ANN, replace(ANN, province="부산광역시"))
    assert calling.called().confirmed == 1
    assert calling.entry(second).province == "부산광역시"
    with pytest.raises(LinkUnknown):
        calling.entry(first)


def test_an_address_that_is_asked_often_gets_no_more_mails_and_nobody_is_told(
    calling: Calling,
) -> None:
    most = LIMITS[Trial.VOLUNTEER_BY_ADDRESS][0].count
    for number in range(most + 3):
        calling.sign_up(replace(ANN, contact="ANN@people.example"), ip=f"192.0.2.{number}")
    assert len(calling.tokens()) == most
    assert calling.rows() == most


def test_one_ip_signs_up_so_many_only(calling: Calling) -> None:
    most = LIMITS[Trial.VOLUNTEER_BY_IP][0].count
    for number in range(most):
        calling.sign_up(person(number))
    with pytest.raises(TooManyAttempts):
        calling.sign_up(person(most))
    calling.sign_up(person(most), ip="192.0.2.99")
    assert calling.rows() == most + 1


def test_closing_while_confirming(calling: Calling) -> None:
    calling.sign_up()
    (token,) = calling.tokens()
    volunteer_id = calling.volunteer(token)

    def confirmed() -> bool:
        try:
            confirm(calling.db, volunteer_id, now=NOW + timedelta(minutes=1))
        except CallOver:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        yes = pool.submit(confirmed)
        closed = pool.submit(close_call, calling.db, CALL, now=NOW)
        counted = closed.result().confirmed
        told = yes.result()
    # Either it was in time and is counted at the closing, or he was told that it was not.
    assert counted == calling.called().confirmed == int(told)
    assert export_pool(calling.db, CALL, now=NOW).people == counted


def test_nobody_signs_up_before_or_after_the_days_of_the_call(calling: Calling) -> None:
    for moment in (seoul_time(FIRST) - timedelta(seconds=1), OVER):
        with pytest.raises(CallOver):
            calling.sign_up(now=moment)
    calling.sign_up(now=OVER - timedelta(seconds=1))
    close_call(calling.db, CALL, now=NOW)
    with pytest.raises(CallOver):
        calling.sign_up(now=NOW)
    assert calling.rows() == 1
    with pytest.raises(NotFound):
        sign_up(calling.db, "none", ANN, ip="192.0.2.7", now=NOW)


def test_whoever_withdraws_is_forgotten_but_counted(calling: Calling) -> None:
    (token,) = calling.join(ANN)
    calling.withdraw(token)
    found = calling.called()
    assert (found.confirmed, found.withdrawn, found.willing) == (0, 1, 1)
    assert calling.rows() == 0
    with pytest.raises(LinkUnknown):
        calling.volunteer(token)
    with calling.db.reading() as session:
        (mail,) = session.scalars(select(Dispatch))
        assert session.scalars(select(AccessLink)).all() == []
        kept = [str(getattr(mail, column.key)) for column in Dispatch.__table__.columns]
    assert not [value for value in kept if "ann@" in value.casefold()]


def test_the_token_is_kept_nowhere_and_is_no_link_of_another_kind(calling: Calling) -> None:
    calling.sign_up()
    (token,) = calling.tokens()
    with calling.db.reading() as session:
        (link,) = session.scalars(select(AccessLink))
        (mail,) = session.scalars(select(Dispatch))
        kept = [str(getattr(each, c.key)) for each in (link, mail) for c in each.__table__.columns]
    assert not [value for value in kept if token in value]


def test_no_address_is_kept(calling: Calling) -> None:
    calling.join(ANN)
    with calling.db.reading() as session:
        (row,) = session.scalars(select(Volunteer))
        kept = [str(getattr(row, column.key)) for column in Volunteer.__table__.columns]
    assert not [value for value in kept if "세종대로" in value or "03172" in value]


@pytest.mark.parametrize(
    "same",
    [
        {"road": "세종대로209", "unit": "101-202"},
        {"road": " 세종대로  209번지", "unit": "101동202호"},
        {"road": "세종대로 209", "unit": "제101동 제202호"},
        {"road": "세종대로 209, 101동 202호", "unit": ""},
        {"road": "서울특별시 종로구 세종대로 209"},
        {"road": "세종대로 209(세종로)"},
        {"road": "종로구 세종대로209번지", "unit": "한빛아파트 101동 202호"},
    ],
)
def test_one_home_is_found_however_it_is_written(calling: Calling, same: dict[str, str]) -> None:
    calling.join(person(1, road=ANN.road), person(2, **same), person(3))
    close_call(calling.db, CALL, now=NOW)
    lines = list(
        csv.DictReader(io.StringIO(export_pool(calling.db, CALL, now=NOW).content.decode()))
    )
    homes = [line[ADDRESS] for line in lines]
    assert len(homes) == 3
    assert len(set(homes)) == 2


def test_lanes_and_lettered_buildings(calling: Calling) -> None:
    lane = household("03172", "세종대로 23길 5-3", "가동 202호")
    assert household("03172", "종로구 세종대로23길 5-3", "가-202") == lane
    assert household("03172", "세종대로 23길 5-3", "나동 202호") != lane
    assert household("03172", "자하문로 23길 5-3", "가동 202호") != lane


@pytest.mark.parametrize(
    "other",
    [
        ("03173", "세종대로 209", "101동 202호"),
        ("03172", "세종대로 2091", "101동 202호"),
        ("03172", "세종대로 20-9", "101동 202호"),
        ("03172", "세종대로 209", "101동 203호"),
        ("03172", "세종대로 209", "1012동 02호"),
        ("03172", "세종대로 209", ""),
        ("03172", "세종대로 209", "가동 202호"),
        ("03172", "세종대로 209길 101", "101동 202호"),
        ("03172", "새종대로 209", "101동 202호"),
    ],
)
def test_other_homes_are_others(calling: Calling, other: tuple[str, str, str]) -> None:
    assert household(*other) != household("03172", "세종대로 209", "101동 202호")


def test_households_need_their_key(calling: Calling, tmp_path: Path) -> None:
    before = household("03172", "세종대로 209", "")
    opened(calling.db, "open-2027", "citizens-2028")
    assert household("03172", "세종대로 209", "") == before
    (key,) = (tmp_path / "keys").iterdir()
    assert key.stat().st_mode & 0o077 == 0
    calling.sign_up()
    key.unlink()
    # Nor is a new one made while there is somebody whom it would not know again.
    for attempt in (calling.sign_up, lambda: opened(calling.db, "open-2028", "citizens-2029")):
        with pytest.raises(HouseholdKeyMissing):
            attempt()
    assert calling.rows() == 1


def test_the_export_is_what_a_lottery_reads(calling: Calling) -> None:
    calling.join(*(person(number) for number in range(12)))
    with pytest.raises(CallRunning):
        export_pool(calling.db, CALL, now=NOW)
    made = export_pool(calling.db, CALL, now=OVER)
    pool = read_pool(made.content, "pool.csv", QUOTAS)
    assert len(pool.people) == made.people == 12
    assert pool.features == ("sex", "age_group", "sido")
    assert export_pool(calling.db, CALL, now=OVER).content == made.content
    for secret in ("example", "세종대로", "03172"):
        assert secret not in made.content.decode()


def test_hostile_words_are_in_no_cell_of_the_export(calling: Calling) -> None:
    for number, text in enumerate(("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", '"\n=1')):
        calling.join(person(number, road=f"{text} {number}", unit=text, postcode="=1+12"))
    made = export_pool(calling.db, CALL, now=OVER).content.decode()
    cells = [cell for row in csv.reader(io.StringIO(made)) for cell in row]
    assert len(cells) == 6 * 5
    assert not [cell for cell in cells if not re.fullmatch(r"[A-Za-z0-9가-힣][\w-]*", cell)]


def drawn(calling: Calling) -> dict[str, bytes]:
    return drawn_from(export_pool(calling.db, CALL, now=OVER).content)


def drawn_from(pool: bytes) -> dict[str, bytes]:
    files = fix_lottery(read_pool(pool, "pool.csv", QUOTAS), QUOTAS)
    files |= commit(files, "5e" * 32, "로또 1200회")
    return files | reveal(files, "5e" * 32, "3 9 11 27 30 41")


def test_the_addresses_are_joined_again_when_the_draw_is_enrolled(
    calling: Calling, tmp_path: Path
) -> None:
    tokens = calling.join(*(person(number) for number in range(12)))
    calling.withdraw(tokens[0])
    files = drawn(calling)
    store = LocalStore(tmp_path, ending="")
    with pytest.raises(CallRunning):
        enrol_call(calling.db, CALL, files, store=store, now=NOW)
    report = enrol_call(calling.db, CALL, files, store=store, now=OVER)
    assert (report.members, report.reserves, report.without_contact) == (4, 7, 0)
    with calling.db.reading() as session:
        panel = queries.panel(session, PANEL)
        assert (panel.willing, panel.invited) == (12, None)
        people = session.execute(
            select(PanelMember.number, PanelPerson.contact, PanelMember.household).join(PanelPerson)
        ).all()
        told = call_queries.confirmed_by_number(session, call_queries.call(session, CALL).id)
    assert {row.number: (row.contact, row.household) for row in people} == {
        number: (each.contact, each.household) for number, each in told.items()
    }
    assert not enrol_call(calling.db, CALL, files, store=store, now=OVER).is_new


def test_who_withdraws_after_the_draw_is_not_asked_any_more(
    calling: Calling,
) -> None:
    tokens = calling.join(*(person(number) for number in range(12)))
    files = drawn(calling)
    enrol_call(calling.db, CALL, files, store=calling.store, now=OVER)
    for token in tokens:
        calling.withdraw(token, OVER)
    assert calling.people() == 0
    members = calling.members()
    assert not [each for each in members if each.person_id or each.household]
    assert {each.standing for each in members} == {Standing.LEFT, Standing.CANDIDATE}


def test_who_withdraws_between_the_draw_and_the_enrolment_has_no_seat(calling: Calling) -> None:
    tokens = calling.join(*(person(number) for number in range(12)))
    files = drawn(calling)
    draw = read_draw(files[DRAW]).draw
    with calling.db.reading() as session:
        volunteers = call_queries.confirmed_by_number(session, 1)
    gone = draw.members[0]
    next_ = next(n for n in draw.reserves if volunteers[n].sex == volunteers[gone].sex)
    withdrew = {volunteers[gone].id, volunteers[next_].id}
    for token in [t for t in tokens if calling.volunteer(t, OVER) in withdrew]:
        calling.withdraw(token, OVER)
    report = enrol_call(calling.db, CALL, files, store=calling.store, now=OVER)
    assert (report.members, report.reserves, report.without_contact) == (4, 6, 0)
    serving = {each.number: each for each in calling.members(Standing.SELECTED)}
    assert all(each.person_id for each in serving.values())
    assert not {gone, next_} & serving.keys()
    assert [each.number for each in calling.members(Standing.LEFT)] == [gone]
    assert [(m.number, m.reserve) for m in calling.members(Standing.CANDIDATE)] == [(next_, None)]
    again = enrol_call(calling.db, CALL, files, store=calling.store, now=OVER)
    assert (again.is_new, again.members, again.reserves) == (False, 4, 6)


def test_who_serves_and_withdraws_drops_out_and_a_reserve_follows_him(calling: Calling) -> None:
    tokens = calling.join(*(person(number) for number in range(12)))
    calling.enrol()
    (gone, *_) = calling.members(Standing.SELECTED)
    with calling.db.reading() as session:
        volunteers = call_queries.confirmed_by_number(session, 1)
    (token,) = [t for t in tokens if calling.volunteer(t, OVER) == volunteers[gone.number].id]
    calling.withdraw(token, OVER)
    serving = calling.members(Standing.SELECTED)
    (follower,) = [each for each in serving if each.instead_of_id]
    assert (len(serving), follower.instead_of_id, follower.sex) == (4, gone.id, gone.sex)
    (left,) = calling.members(Standing.LEFT)
    assert (left.number, left.person_id, left.household) == (gone.number, None, None)
    assert (left.left_at, calling.people()) == (OVER, 11)
    with calling.db.reading() as session:
        told = [e for e in ledger.history(session, "panel", 1) if e.kind == "panel.member_left"]
    assert [e.actor for e in told] == [Actor.RESPONDENT]


def test_who_withdraws_after_he_has_left_is_known_no_more(calling: Calling) -> None:
    tokens = calling.join(*(person(number) for number in range(12)))
    calling.enrol()
    gone = [each.number for each in calling.members(Standing.SELECTED)]
    drop_out(calling.db, PANEL, gone, store=calling.store, now=OVER)
    for token in tokens:
        calling.withdraw(token, OVER)
    assert calling.people() == 0
    assert {each.number for each in calling.members(Standing.LEFT)} >= set(gone)


def test_who_withdraws_while_his_mail_is_on_the_way_is_a_candidate_no_more(
    calling: Calling,
) -> None:
    (token,) = calling.join(ANN)
    calling.on_its_way(MailStatus.QUEUED)
    for _ in range(2):
        calling.withdraw(token)
        assert (calling.called().confirmed, calling.called().withdrawn) == (0, 1)
    with pytest.raises(CallOver):
        calling.confirm(token)
    later = NOW + timedelta(days=4)
    assert forget_volunteers(calling.db, later).unconfirmed == 0
    calling.on_its_way(MailStatus.ACCEPTED)
    assert forget_volunteers(calling.db, later).unconfirmed == 1


def test_who_signs_up_again_while_his_mail_is_on_the_way_is_one_candidate(
    calling: Calling,
) -> None:
    calling.join(ANN)
    calling.sign_up(replace(ANN, province="부산광역시"))
    second = calling.tokens()[-1]
    calling.on_its_way(MailStatus.SENDING)
    calling.confirm(second)
    assert (calling.called().confirmed, calling.called().waiting) == (1, 1)
    assert calling.entry(second).province == "부산광역시"


def resting(db: Database, contact: str, home: str | None, until: date) -> None:
    """Somebody of an older panel rests."""
    with db.transaction() as session:
        panel = Panel(
            code=f"older-{contact[:8]}",
            title_ko="지난 참여단",
            title_en="An older panel",
            kind=PanelKind.DRAWN,
            files={},
            enrolled_at=NOW,
            keep_until=LAST + timedelta(days=730),
        )
        known = PanelPerson(contact=contact)
        session.add_all([panel, known])
        session.flush()
        member = PanelMember(
            panel_id=panel.id,
            person_id=known.id,
            number="p1",
            household=home,
            standing=Standing.LEFT,
        )
        rotation = PanelRotation(
            panel_id=panel.id, wave=1, key="0" * 64, name="한소통", decided_at=NOW
        )
        session.add_all([member, rotation])
        session.flush()
        session.add(PanelRest(rotation_id=rotation.id, member_id=member.id, waves=4, until=until))


def test_whoever_rests_is_not_drawn_nor_who_lives_with_him(
    calling: Calling, tmp_path: Path
) -> None:
    calling.join(*(person(number) for number in range(10)))
    home = household("03172", "세종대로 3", "101동 202호")
    resting(calling.db, "citizen1@people.example", None, OVER.date() + timedelta(days=1))
    resting(calling.db, "somebody@people.example", home, OVER.date() + timedelta(days=1))
    before = drawn_with_all(calling)
    made = export_pool(calling.db, CALL, now=OVER)
    assert (made.people, made.resting) == (8, 2)
    # A draw that was made with them is not enrolled.
    with pytest.raises(PeopleResting) as told:
        enrol_call(calling.db, CALL, before, store=LocalStore(tmp_path, ending=""), now=OVER)
    assert len(re.findall(r"v[a-z2-9]{10}", told.value.message_ko)) == 2
    # When the rest is over they are in the pool again.
    assert export_pool(calling.db, CALL, now=OVER + timedelta(days=3)).people == 10


def drawn_with_all(calling: Calling) -> dict[str, bytes]:
    made = export_pool(calling.db, CALL, now=OVER + timedelta(days=30))
    files = fix_lottery(read_pool(made.content, "pool.csv", QUOTAS), QUOTAS)
    files |= commit(files, "5e" * 32, "")
    return files | reveal(files, "5e" * 32, "")


def test_what_nobody_confirmed_and_what_is_over_is_deleted(calling: Calling) -> None:
    calling.join(ANN)
    calling.sign_up(person(1))
    calling.tokens()
    nothing = Forgotten(unconfirmed=0, kept=0, enrolled=0)
    assert forget_volunteers(calling.db, NOW + timedelta(days=9)) == nothing
    # What a Friday leaves is taken on Monday: within the two weeks that the form promises.
    assert forget_volunteers(calling.db, NOW + timedelta(days=14 - 3)).unconfirmed == 1
    kept_until = date(2028, 10, 30)
    assert calling.called().keep_until == kept_until
    assert forget_volunteers(calling.db, seoul_time(kept_until)) == nothing
    over = seoul_time(kept_until + timedelta(days=1))
    assert forget_volunteers(calling.db, over).kept == 1
    assert forget_volunteers(calling.db, over) == nothing
    assert calling.rows() == 0


def test_when_retention_is_over_nobody_knows_who_the_members_were(
    calling: Calling, tmp_path: Path
) -> None:
    calling.join(*(person(number) for number in range(12)))
    enrol_call(calling.db, CALL, drawn(calling), store=LocalStore(tmp_path, ending=""), now=OVER)
    # One of them is a guest of a forum as well: there he is known by the list of its guests.
    enrol_list(calling.db, "guests", TITLE, b"id,contact\na1,citizen3@people.example\n", now=OVER)
    over = seoul_time(date(2028, 10, 31))
    assert forget_volunteers(calling.db, over) == Forgotten(unconfirmed=0, kept=12, enrolled=11)
    with calling.db.reading() as session:
        known = session.execute(
            select(PanelMember.number, PanelPerson.contact).join(PanelPerson)
        ).all()
        homes = session.scalars(select(PanelMember.household)).all()
    assert [tuple(row) for row in known] == [("a1", "citizen3@people.example")]
    assert set(homes) == {None}


def test_a_draw_of_others_is_not_enrolled(calling: Calling, tmp_path: Path) -> None:
    """Neither verified nor published files make strangers volunteers of this call."""
    tokens = calling.join(*(person(number) for number in range(12)))
    content = export_pool(calling.db, CALL, now=OVER).content
    strange = drawn_from(content.replace(b"\nv", b"\nw"))
    store = LocalStore(tmp_path, ending="")
    with pytest.raises(DrawOfOthers) as told:
        enrol_call(calling.db, CALL, strange, store=store, now=OVER)
    assert len(re.findall(r"w[a-z2-9]{10}", told.value.message_ko)) == 12
    # Who withdrew is no excuse for a stranger, but was one of this call himself.
    calling.withdraw(tokens[0], OVER)
    with pytest.raises(DrawOfOthers):
        enrol_call(calling.db, CALL, strange, store=store, now=OVER)
    report = enrol_call(calling.db, CALL, drawn_from(content), store=store, now=OVER)
    assert (report.is_new, report.members) == (True, 4)


def test_one_panel_has_one_call(calling: Calling) -> None:
    with pytest.raises(CallInvalid) as told:
        opened(calling.db, "another", PANEL)
    assert PANEL in told.value.message_ko


def test_two_calls_with_one_code_at_once(calling: Calling) -> None:
    def attempt(panel: str) -> str:
        try:
            return opened(calling.db, "both", panel).panel_code
        except CallInvalid as refused:
            return refused.code

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(attempt, [f"p-{number}" for number in range(4)]))
    assert told.count(CallInvalid.code) == 3


def test_who_came_by_a_list_is_forgotten_too(calling: Calling) -> None:
    people = b"id,contact\na1,guest@people.example\n"
    enrol_list(calling.db, "guests", TITLE, people, keep_until=LAST, now=NOW)
    assert forget_volunteers(calling.db, OVER - timedelta(seconds=1)).enrolled == 0
    assert forget_volunteers(calling.db, OVER).enrolled == 1
    assert calling.people() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "open 2026"},
        {"code": CALL},
        {"closes_on": FIRST - timedelta(days=1)},
        {"opens_on": date(2026, 9, 1), "closes_on": date(2026, 10, 1)},
        {"keep_until": LAST - timedelta(days=1)},
    ],
)
def test_a_call_that_cannot_be(calling: Calling, wrong: dict[str, object]) -> None:
    values: dict[str, object] = {"code": "another", **wrong}
    with pytest.raises(CallInvalid):
        opened(calling.db, **values)  # type: ignore[arg-type]


def test_a_call_needs_a_portal(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GONGMUN_PUBLIC_URL")
    settings.cache_clear()
    with pytest.raises(CallPortalMissing):
        opened(db)
    settings.cache_clear()
