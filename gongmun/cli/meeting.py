"""`gongmun meeting`: follow-up meetings on a referral."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from gongmun import wiring
from gongmun.cli.dates import a_time
from gongmun.cli.evidence import Files, attach
from gongmun.cli.output import AsOf, MeetingId, ReferralId, done, moment, table
from gongmun.followups import meeting_queries, meetings
from gongmun.followups.names import MEETINGS
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries as referral_queries
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual, shorten

app = typer.Typer()

_LONGEST_AGENDA = 60


@app.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="끝난 것도 함께 / past ones too")] = False,
) -> None:
    """후속 협의 현황 / meetings and their dates."""
    rows = []
    with wiring.database().reading() as session:
        for meeting in meeting_queries.meetings(session, past_too=all_):
            referral = referral_queries.by_id(session, meeting.referral_id)
            ministry = organisation_queries.by_id(session, referral.organisation_id)
            suggestion = suggestion_queries.by_id(session, referral.suggestion_id)
            rows.append(
                (
                    meeting.id,
                    suggestion.reference,
                    ministry.code,
                    MEETINGS[meeting.status],
                    meeting.starts_at,
                    meeting.place,
                    shorten(meeting.agenda.replace("\n", " "), _LONGEST_AGENDA),
                )
            )
    table(
        Bilingual(ko="후속 협의", en="Follow-up meetings"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="제안", en="suggestion"),
            Bilingual(ko="기관", en="ministry"),
            Bilingual(ko="상태", en="status"),
            Bilingual(ko="일시", en="when"),
            Bilingual(ko="장소", en="place"),
            Bilingual(ko="안건", en="agenda"),
        ),
        rows,
    )


@app.command("propose")
def propose(
    referral_id: ReferralId,
    agenda: Annotated[str, typer.Option(help="안건 / what it is about")],
    with_proposer: Annotated[
        bool, typer.Option(help="제안자 참석 여부 / whether the proposer takes part")
    ] = True,
    as_of: AsOf = None,
) -> None:
    """이송 건의 후속 협의를 제안합니다. / Propose a meeting about a referral."""
    meeting = meetings.propose(
        wiring.database(),
        referral_id,
        agenda=agenda,
        by_ministry=False,
        with_proposer=with_proposer,
        now=moment(as_of),
    )
    done(
        Bilingual(
            ko=f"후속 협의 {meeting.id}번을 등록했습니다. 일정은 gongmun meeting date {meeting.id} 로 정해 주십시오.",
            en=f"Meeting {meeting.id} is proposed. Date it with `gongmun meeting date {meeting.id}`.",
        )
    )


@app.command("date")
def date_(
    meeting_id: MeetingId,
    starts: Annotated[
        datetime,
        typer.Option(
            parser=a_time,
            metavar="DATE",
            help='시작 일시(서울 시각), 예: "2026-11-20 14:00" / when it begins, in Seoul',
        ),
    ],
    place: Annotated[str, typer.Option(help="장소 / where")],
    minutes: Annotated[
        int, typer.Option(help="길이(분) / how long, in minutes", min=10, max=720)
    ] = 60,
    as_of: AsOf = None,
) -> None:
    """일정을 정하거나 바꾸고 초대 메일(.ics)을 보냅니다. / Date or move a meeting; invites are sent."""
    starts_at = moment(starts)
    meetings.date_(
        wiring.database(),
        meeting_id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        place=place,
        store=wiring.file_store(),
        now=moment(as_of),
    )
    done(
        Bilingual(
            ko=f"후속 협의 {meeting_id}번의 일정을 정했습니다. 초대 메일이 발송 대기열에 있습니다.",
            en=f"Meeting {meeting_id} is dated; the invitations are queued.",
        )
    )


@app.command("hold")
def hold(
    meeting_id: MeetingId,
    minutes: Annotated[str, typer.Option(help="회의 내용 / what was said")],
    decisions: Annotated[str, typer.Option(help="결정 사항 / what was decided")] = "",
    file: Files = None,
    as_of: AsOf = None,
) -> None:
    """개최한 협의의 회의록과 결정 사항을 기록합니다. / Record the minutes and decisions."""
    db, now = wiring.database(), moment(as_of)
    meeting = meetings.hold(db, meeting_id, minutes=minutes, decisions=decisions, now=now)
    attach(file or [], meeting.referral_id, now=now, meeting_id=meeting_id)
    done(
        Bilingual(
            ko=f"후속 협의 {meeting_id}번의 회의록을 기록했습니다.",
            en=f"The minutes of meeting {meeting_id} are recorded.",
        )
    )


@app.command("attach")
def attach_(meeting_id: MeetingId, file: Files = None, as_of: AsOf = None) -> None:
    """회의록 등 파일을 덧붙입니다. / Add files, such as signed minutes."""
    with wiring.database().reading() as session:
        referral_id = meeting_queries.meeting(session, meeting_id).referral_id
    attach(file or [], referral_id, now=moment(as_of), meeting_id=meeting_id)
    done(Bilingual(ko="파일을 붙였습니다.", en="The files are attached."))


@app.command("cancel")
def cancel(meeting_id: MeetingId, as_of: AsOf = None) -> None:
    """협의를 취소하고, 초대한 분들께 알립니다. / Cancel a meeting; who was invited is told."""
    meetings.cancel(wiring.database(), meeting_id, store=wiring.file_store(), now=moment(as_of))
    done(
        Bilingual(
            ko=f"후속 협의 {meeting_id}번을 취소했습니다.", en=f"Meeting {meeting_id} is cancelled."
        )
    )
