"""A wave whose report nobody approves: when its days are over nothing leads to people either; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.documents import Decision
from gongmun.mail.life import Status as MailStatus
from gongmun.mail.models import Dispatch
from gongmun.surveys.fieldwork.archiving import ArchivedWaves, archive_due, ended_waves
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.reports.deciding import ReportFixed, decide_report
from gongmun.surveys.reports.publishing import draft_reports
from gongmun.surveys.reports.telling import is_untold
from tests.surveys.fieldwork.conftest import FILE, OPENING
from tests.surveys.reports.conftest import CLOSED, FEW, NEXT, Reported
from tests.world import at

DUE = at(seoul_date(CLOSED) + timedelta(days=FILE.keep_days), 3, 30)
LATER = DUE + timedelta(days=10)


def asked(reported: Reported) -> int:
    """A wave that is closed, whose mails have all left."""
    cycle_id = reported.ask("wave-1", opens=at(OPENING), answered=FEW)
    with reported.db.transaction() as session:
        session.execute(update(Dispatch).values(status=MailStatus.ACCEPTED))
    return cycle_id


def archived(reported: Reported, days: int = 0) -> ArchivedWaves:
    """What the sweep does so many days after it is due."""
    return archive_due(reported.db, now=DUE + timedelta(days=days), is_untold=is_untold)


def leads_to_people(reported: Reported) -> bool:
    """Whether a mail of the wave has an address, or a sheet says whose it is."""
    with reported.db.reading() as session:
        addresses = set(session.scalars(select(Dispatch.address)))
    sheets = reported.sheets()
    return bool(addresses - {None}) or any(
        sheet.key != sheet.id or sheet.sex or sheet.province or sheet.weight for sheet in sheets
    )


def test_a_report_that_waits_too_long_can_still_be_approved_as_it_is(reported: Reported) -> None:
    cycle_id = asked(reported)
    reported.draft()
    assert archived(reported, days=-1) == ArchivedWaves()
    assert leads_to_people(reported)
    assert archived(reported).archived == (cycle_id,)
    assert archived(reported) == ArchivedWaves()
    assert not leads_to_people(reported)
    assert reported.wave(cycle_id).status is Status.REPORTED
    with pytest.raises(ReportFixed):
        decide_report(
            reported.db,
            cycle_id,
            decision=Decision.RETURN,
            name="이결재",
            reason="다시 만들어 주십시오",
            now=LATER,
        )
    reported.approve(cycle_id, LATER)
    reported.issue(LATER)
    assert list(reported.publish_issued(LATER)) == [cycle_id]
    # With everything gone there is nothing to compare the next wave with, nor anybody to tell news.
    assert reported.wave(cycle_id).status is Status.ARCHIVED
    assert reported.wave(cycle_id).published_at == LATER
    with reported.db.reading() as session:
        assert ended_waves(session) == []
        kinds = [event.kind for event in ledger.history(session, "survey_cycle", cycle_id)]
        ledger.verify(session)
    assert kinds[-5:] == [
        "survey_cycle.forgotten",
        "survey_report.approved",
        "survey_report.translated",
        "survey_cycle.published",
        "survey_cycle.archived",
    ]


def test_nothing_is_made_of_a_wave_whose_days_were_over_before(reported: Reported) -> None:
    cycle_id = asked(reported)
    assert archived(reported).archived == (cycle_id,)
    assert not leads_to_people(reported)
    made = draft_reports(reported.db, store=reported.store, now=LATER)
    assert (made.weighted, made.drafted, made.problems) == ((), (), ())
    assert reported.wave(cycle_id).status is Status.CLOSED
    # The series goes on.
    assert reported.start("wave-2", now=at(NEXT)).is_new


def test_the_days_of_a_published_wave_are_counted_from_its_publication(reported: Reported) -> None:
    cycle_id = asked(reported)
    reported.publish(cycle_id, DUE - timedelta(days=1))
    assert archived(reported) == ArchivedWaves()
    assert leads_to_people(reported)
    assert archived(reported, days=FILE.keep_days - 1).archived == (cycle_id,)
