"""What a white paper says in print: its figures with what is counted, as rows and sentences of the official form."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gongmun.clock import seoul_date
from gongmun.documents import INTERNAL, Letter, Reference, WhitePaperContext
from gongmun.documents.white_paper import (
    WhitePaperFigure,
    WhitePaperMinistry,
    WhitePaperPart,
    WhitePaperSurvey,
)
from gongmun.referrals.models import ResponseDecision
from gongmun.referrals.names import DECISIONS
from gongmun.settings import settings
from gongmun.surveys.reports.letters import address_of
from gongmun.surveys.reports.showing import Published
from gongmun.text import Bilingual
from gongmun.white_papers.counting import Fate, Standing, Tally
from gongmun.white_papers.queries import SuggestionCounts


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """A year in figures. `waves` are those whose results were published in it, the oldest first."""

    year: int
    suggestions: SuggestionCounts
    all: Tally
    ministries: tuple[tuple[Bilingual, Tally], ...]
    waves: tuple[Published, ...]


def address() -> str | None:
    """Where everybody finds the white papers; None without a portal."""
    where = settings().public_url
    return f"{str(where).rstrip('/')}/white-papers" if where else None


def white_paper_context(
    counted: Counted, *, now: datetime, references: tuple[Reference, ...] = ()
) -> WhitePaperContext:
    """The whole white paper. `references` is the one of an earlier year, if there is any."""
    where = address()
    return WhitePaperContext(
        letter=Letter(
            recipients=(INTERNAL,),
            title=Bilingual(
                ko=f"{counted.year}년 시민참여 백서 발간",
                en=f"White paper on citizen participation, {counted.year}",
            ),
            decided_on=seoul_date(now),
            references=references,
        ),
        year=counted.year,
        counted_on=seoul_date(now),
        highlights=tuple(_highlights(counted)),
        parts=(
            _suggestions(counted.suggestions),
            _answers(counted.all),
            _verdicts(counted.all),
            _commitments(counted.all),
        ),
        ministries=tuple(_ministry(name, tally) for name, tally in counted.ministries),
        surveys=tuple(_survey(wave) for wave in counted.waves),
        published_at=Bilingual(ko=where, en=where) if where else None,
    )


def _highlights(counted: Counted) -> Iterator[Bilingual]:
    year, found, total = counted.year, counted.suggestions, counted.all
    yield Bilingual(
        ko=f"{year}년에 제안 {found.received:,}건을 접수하여 {found.selected:,}건을 선정하고, {found.referred:,}건을 소관 기관에 "
        "이송하였습니다.",
        en=f"Suggestions received in {year}: {found.received:,}; selected: {found.selected:,}; put to ministries: "
        f"{found.referred:,}.",
    )
    on_time, late = total.standings[Standing.IN_TIME], total.standings[Standing.LATE]
    overdue = total.standings[Standing.OVERDUE]
    yield Bilingual(
        ko=f"기관에 보낸 이송 {total.sent:,}건 가운데 {on_time:,}건은 기한 안에, {late:,}건은 기한이 지나 회신받았고, {overdue:,}건은 "
        "기한이 지나도록 회신이 없습니다.",
        en=f"Referrals sent: {total.sent:,}; answered in time: {on_time:,}; answered late: {late:,}; overdue without an "
        f"answer: {overdue:,}.",
    )
    whole = total.verdicts[ResponseDecision.ACCEPTED]
    partly = total.verdicts[ResponseDecision.PARTIALLY_ACCEPTED]
    yield Bilingual(
        ko=f"공개한 회신 {total.decided:,}건 가운데 {whole:,}건이 수용, {partly:,}건이 일부수용입니다.",
        en=f"Answers published: {total.decided:,}; accepted: {whole:,}; partially accepted: {partly:,}.",
    )
    yield Bilingual(
        ko=f"기관이 약속한 이행과제 {total.promised:,}건 가운데 {total.kept:,}건이 이행되었습니다.",
        en=f"Commitments made: {total.promised:,}; carried out: {total.kept:,}.",
    )
    if counted.waves:
        yield Bilingual(
            ko=f"설문 {len(counted.waves):,}회의 결과를 공개하였습니다.",
            en=f"Waves of surveys whose results were published: {len(counted.waves):,}.",
        )


def _suggestions(found: SuggestionCounts) -> WhitePaperPart:
    return WhitePaperPart(
        title=Bilingual(ko="접수, 선정, 이송", en="Received, selected, referred"),
        source=Bilingual(ko="제안 등록 기록", en="the records of suggestions"),
        figures=(
            _figure(
                *("접수한 제안", "received", found.received, None),
                "그해에 등록한 제안. 같은 제안을 두 번 등록하지 않습니다.",
                "Suggestions registered in the year; the same one is not registered twice.",
            ),
            _figure(
                *("선정한 제안", "selected", found.selected, found.received),
                "그 가운데 결과에 담기로 선정한 제안",
                "Of these, those that were selected for an outcome.",
            ),
            _figure(
                *("이송한 제안", "referred", found.referred, found.received),
                "그 가운데 한 기관 이상에 공문으로 보낸 제안",
                "Of these, those that were sent to at least one ministry by official document.",
            ),
        ),
    )


def _answers(total: Tally) -> WhitePaperPart:
    counts = total.standings
    return WhitePaperPart(
        title=Bilingual(ko="이송과 회신", en="Referrals and answers"),
        source=Bilingual(
            ko="이송 기록과 기한 계산", en="the records of referrals and their deadlines"
        ),
        figures=(
            _figure(
                *("보낸 이송", "sent", total.sent, None),
                "그해에 보낸 이송. 제안 하나를 여러 기관에 보내면 기관마다 한 건입니다.",
                "Referrals sent in the year: one for each ministry that a suggestion was put to.",
            ),
            _figure(
                *("기한 안 회신", "answered in time", counts[Standing.IN_TIME], total.sent),
                "법정 기한(연장·정지를 더한)까지 도착한 회신",
                "Answers that came by the deadline, with its extensions and pauses.",
            ),
            _figure(
                *("기한 후 회신", "answered late", counts[Standing.LATE], total.sent),
                "그 뒤에 도착한 회신",
                "Answers that came after it.",
            ),
            _figure(
                *("기한 전", "not yet due", counts[Standing.WAITING], total.sent),
                "회신이 없고 기한이 남은 이송. 재검토 중인 이송을 포함합니다.",
                "No answer, and the deadline is yet to come; also those that are examined again.",
            ),
            _figure(
                *("미회신", "overdue", counts[Standing.OVERDUE], total.sent),
                "회신이 없고 기한이 지난 이송",
                "No answer, and the deadline has passed.",
            ),
            _figure(
                *("이관·철회", "moved on", counts[Standing.GONE], total.sent),
                "다른 기관으로 넘겼거나 거두어들인 이송. 넘긴 것은 그 기관의 이송으로 따로 셉니다.",
                "Transferred or withdrawn; what was transferred counts again with the other ministry.",
            ),
        ),
    )


def _verdicts(total: Tally) -> WhitePaperPart:
    return WhitePaperPart(
        title=Bilingual(ko="기관의 결정", en="What the ministries decided"),
        source=Bilingual(ko="공개한 회신", en="the answers that were published"),
        figures=(
            _figure(
                *("공개한 회신", "published", total.decided, None),
                "위 이송 가운데 회신을 공개한 것. 이송마다 마지막 회신을 셉니다.",
                "Of the referrals above, those with a published answer; the last one of each counts.",
            ),
            *(
                _figure(
                    *(DECISIONS[each].ko, DECISIONS[each].en, count, total.decided),
                    _MEANINGS[each].ko,
                    _MEANINGS[each].en,
                )
                for each, count in total.verdicts.items()
            ),
        ),
    )


_MEANINGS = {
    ResponseDecision.ACCEPTED: Bilingual(
        ko="제안대로 하기로 함", en="It will be done as suggested."
    ),
    ResponseDecision.PARTIALLY_ACCEPTED: Bilingual(
        ko="일부를 하기로 함", en="A part of it will be done."
    ),
    ResponseDecision.LONG_TERM_REVIEW: Bilingual(
        ko="시일을 두고 검토하기로 함", en="It will be examined over a longer time."
    ),
    ResponseDecision.ALREADY_IN_PLACE: Bilingual(
        ko="이미 하고 있음", en="It is being done already."
    ),
    ResponseDecision.NOT_ACCEPTED: Bilingual(
        ko="사유를 밝히고 하지 않기로 함", en="It will not be done, with the reason."
    ),
}


def _commitments(total: Tally) -> WhitePaperPart:
    counts = total.fates
    return WhitePaperPart(
        title=Bilingual(ko="약속과 이행", en="Commitments"),
        source=Bilingual(ko="이행과제 기록", en="the records of commitments"),
        figures=(
            _figure(
                *("이행과제", "made", total.promised, None),
                "위 회신에서 기관이 기한을 정하여 약속한 것",
                "What the ministries promised in those answers, each with a date.",
            ),
            _figure(
                *("기한 안 이행", "kept in time", counts[Fate.IN_TIME], total.promised),
                "정한 날까지 결과나 증빙을 낸 것",
                "Carried out by that date, with an account or evidence.",
            ),
            _figure(
                *("기한 후 이행", "kept late", counts[Fate.LATE], total.promised),
                "그 뒤에 낸 것",
                "Carried out after it.",
            ),
            _figure(
                *("이행 중", "open", counts[Fate.OPEN], total.promised),
                "정한 날이 남은 것",
                "Not carried out, and the date is yet to come.",
            ),
            _figure(
                *("기한 경과", "overdue", counts[Fate.OVERDUE], total.promised),
                "정한 날이 지나도록 이행되지 않은 것",
                "Not carried out, and the date has passed.",
            ),
            _figure(
                *("철회", "withdrawn", counts[Fate.WITHDRAWN], total.promised),
                "기관이 사유를 밝히고 거둔 것",
                "Taken back by the ministry, with the reason.",
            ),
        ),
    )


def _figure(
    ko: str, en: str, count: int, base: int | None, meant_ko: str, meant_en: str
) -> WhitePaperFigure:
    return WhitePaperFigure(
        name=Bilingual(ko=ko, en=en),
        count=count,
        base=base,
        definition=Bilingual(ko=meant_ko, en=meant_en),
    )


def _ministry(name: Bilingual, tally: Tally) -> WhitePaperMinistry:
    return WhitePaperMinistry(
        name=name,
        sent=tally.sent,
        **{each.value: count for each, count in tally.standings.items()},
        **{each.value: count for each, count in tally.verdicts.items()},
        promised=tally.promised,
        kept=tally.kept,
    )


def _survey(wave: Published) -> WhitePaperSurvey:
    figures, method = wave.figures, wave.figures.method
    where = address_of(figures.series, figures.wave)
    cost = method.precision
    return WhitePaperSurvey(
        title=figures.title,
        wave=figures.wave,
        period=(method.first_day, method.last_day),
        published_on=wave.published_on,
        number=wave.number,
        panel=method.panel,
        precision=Bilingual(
            ko=f"최대 허용오차 ±{cost.margin * 100:.1f}%p(95% 신뢰수준)",
            en=f"margin of error ±{cost.margin * 100:.1f} points at most (95 %)",
        )
        if cost
        else None,
        findings=wave.findings,
        published_at=Bilingual(ko=where, en=where) if where else None,
    )
