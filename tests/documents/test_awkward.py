"""The awkward cases of the form, read back from real PDF files: where the rules meet the page."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hwpx import HwpxDocument
from pikepdf import Dictionary, Pdf
from pypdf import PdfReader

from gongmun.documents import (
    Case,
    Context,
    CorrectionContext,
    DocumentKind,
    HistoryLine,
    Language,
    Reference,
    RenderPool,
    SurveyReportContext,
    TransferredFrom,
    WhitePaperContext,
)
from gongmun.documents.contexts import from_json, to_json
from gongmun.documents.hwpx import to_hwpx
from gongmun.documents.printing import Page
from gongmun.documents.sheet import to_html
from gongmun.documents.survey_report import Chart
from gongmun.documents.wording import WORD_JOINER
from gongmun.settings import settings
from gongmun.text import Bilingual
from tests.documents import samples

pytestmark = pytest.mark.long


def _pages(pool: RenderPool, context: Context, language: Language | None = None) -> list[str]:
    """The text of each page, its lines as they stand."""
    rendered = pool.render(Page(html=to_html(context, samples.NOTED, language).html))
    pages = PdfReader(io.BytesIO(rendered.content)).pages
    return [page.extract_text().replace(WORD_JOINER, "") for page in pages]


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _references(count: int) -> tuple[Reference, ...]:
    first = date(2026, 1, 2)
    return tuple(
        Reference(number=f"공론소통과-{number}", on=first + timedelta(days=number))
        for number in range(count)
    )


def test_after_ha_and_after_z_the_marks_go_on(pool: RenderPool) -> None:
    context = samples.reminder(letter=samples.letter(references=_references(28)))
    korean = _squeezed("".join(_pages(pool, context)))
    assert "하.공론소통과-13(2026.1.15.)거.공론소통과-14(2026.1.16.)너.공론소통과-15" in korean
    english = _squeezed("".join(_pages(pool, context, Language.EN)))
    assert "z.공론소통과-25(27January2026)aa.공론소통과-26(28January2026)ab." in english


def test_an_item_alone_has_no_mark(pool: RenderPool) -> None:
    page = _squeezed(_pages(pool, samples.reminder(count=1))[0])
    assert "1.관련:공론소통과" in page
    assert "관련가." not in page


def test_one_enclosure_and_many(pool: RenderPool) -> None:
    first = _squeezed(_pages(pool, samples.outcome())[0])
    assert "붙임시민제안내용1부.끝." in first
    names = tuple(samples.both(f"자료 {number}") for number in range(2, 17))
    many = _pages(pool, samples.outcome(letter=samples.letter(attachments=names)))
    text = _squeezed("".join(many))
    assert "붙임1.시민제안내용1부.2.자료21부." in text
    assert "16.자료161부.끝." in text
    # What is printed behind the letter is the first of them.
    assert any("붙임 1" in page for page in many[1:])


def test_the_end_mark_is_never_torn(pool: RenderPool) -> None:
    """While the last line grows full: two spaces, then the mark, on this line or on the next."""
    own_line = 0
    for length in range(30, 40):
        letter = samples.letter(attachments=(samples.both("가" * length),))
        page = _pages(pool, samples.outcome(letter=letter))[0]
        (line,) = [line for line in page.splitlines() if "끝." in line]
        assert line.endswith("\xa0\xa0끝.")
        # The number of copies is not torn off either.
        assert "1부." in page
        own_line += line == "\xa0\xa0끝."
    assert 0 < own_line < 10


@pytest.mark.parametrize("references", [1, 3])
def test_neither_end_mark_nor_sender_stands_on_a_page_without_the_text(
    pool: RenderPool, references: int
) -> None:
    """While a table fills the page up to its last line, row by row."""
    page_counts = set()
    for rows in range(2, 13):
        letter = samples.letter(references=_references(references))
        pages = _pages(pool, samples.reminder(count=rows, letter=letter))
        page_counts.add(len(pages))
        (last,) = [page for page in pages if "끝." in page]
        assert f"\n{rows} 제안 2026-{rows} " in last
        assert "\xa0\xa0끝." in last
        assert "국민참여처장" in _squeezed(last)
    assert page_counts == {1, 2}


def test_a_reminder_says_how_its_deadlines_were_counted_once_or_for_each(pool: RenderPool) -> None:
    said = [Bilingual(ko=f"{n}번 기한 설명.", en=f"Deadline {n}.") for n in (1, 2)]
    two, one, none = (
        _squeezed("".join(_pages(pool, samples.reminder(counted=tuple(said[:count])))))
        for count in (2, 1, 0)
    )
    assert "회신기한의계산가.1번기한설명.나.2번기한설명." in two
    assert "회신기한의계산:1번기한설명." in one
    assert "회신기한의계산" not in none


def test_the_day_that_was_promised_before_stands_beside_the_legal_one(pool: RenderPool) -> None:
    promised = samples.overdue(promised_on=date(2026, 10, 29))
    (page,) = _pages(pool, samples.reminder(items=(promised, samples.overdue(2))))
    assert _squeezed(page).count("당초안내2026.10.29.") == 1
    (page,) = _pages(pool, samples.reminder(items=(promised,)), Language.EN)
    assert "firsttold29October2026" in _squeezed(page)


def test_several_recipients_are_listed_under_the_sender(pool: RenderPool) -> None:
    context = samples.reminder(letter=samples.letter(recipients=samples.recipients(12)))
    (page,) = _pages(pool, context)
    text = _squeezed(page)
    assert "수신수신자참조(경유)제목" in text
    list_ = ",".join(f"제{number}부장관(국민소통과장)" for number in range(1, 13))
    assert text.index("국민참여처장") < text.index(f"수신자{list_}") < text.index("기안자")
    (page,) = _pages(pool, context, Language.EN)
    text = _squeezed(page)
    assert "ToSeethelistofrecipientsViaSubject" in text
    assert "RecipientsMinisterNo.1(Director,PublicDialogueDivision),MinisterNo.2" in text


@pytest.fixture
def _reviewed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in (
        ("REVIEWER_RANK_KO", "서기관"),
        ("REVIEWER_NAME_KO", "박검토"),
        ("COOPERATOR_RANK_KO", "정보공개과장"),
        ("COOPERATOR_NAME_KO", "최협조"),
    ):
        monkeypatch.setenv(f"GONGMUN_AGENCY__{name}", value)
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.usefixtures("_reviewed")
def test_who_reviewed_and_who_cooperated(pool: RenderPool) -> None:
    (page,) = _pages(pool, samples.reminder())
    text = _squeezed(page)
    assert "기안자주무관김소통검토자서기관박검토결재권자공론소통과장" in text
    assert "협조자정보공개과장최협조시행" in text


def test_nobody_reviewed(pool: RenderPool) -> None:
    text = _squeezed(_pages(pool, samples.reminder())[0])
    assert "검토자" not in text
    assert "협조자시행" in text


@pytest.mark.parametrize(("kind", "context"), samples.EVERY_KIND.items())
def test_every_kind_has_an_english_twin(
    pool: RenderPool, kind: DocumentKind, context: Context
) -> None:
    html = to_html(context, samples.NOTED, Language.EN).html
    assert '<html lang="en"' in html
    letter = context.letter
    # What stays in the house names no sender, and bears no seal (규정 제13조제3항).
    seals = 0 if letter.is_internal else 1
    assert 'class="seal"' not in html
    assert to_html(context, samples.NOTED).html.count('class="seal"') == seals
    text = _squeezed("".join(_pages(pool, context, Language.EN)))
    assert text.count(_squeezed("Head of the Office for Citizen Participation")) == seals
    for part in (
        "Translation for reference. The Korean text is the official document.",
        f"To{letter.recipients[0].office.en}",
        f"Subject{letter.title.en}",
        "1. Related document",
        "End.",
        "Drafted by Officer Kim So-tong",
        "Approved by Director, Public Dialogue Division by delegation",
        "Ref. No. 공론소통과-1234 (12 October 2026)",
        "/ Open",
    ):
        assert _squeezed(part) in text, part
    assert text.count("End.") == 1


def test_citizens_words_stay_korean_and_are_marked_so() -> None:
    context = samples.outcome()
    html = to_html(context, samples.NOTED, Language.EN).html.replace(WORD_JOINER, "")
    (suggestion,) = context.suggestions
    assert f'<span lang="ko">{suggestion.title}</span>' in html
    for paragraph in suggestion.body.split("\n"):
        assert f'<p class="body" lang="ko">{paragraph}</p>' in html


def test_the_korean_text_may_be_the_translation(pool: RenderPool) -> None:
    context = samples.reminder(letter=samples.letter(language=Language.EN))
    assert 'class="seal"' in to_html(context, samples.NOTED).html
    korean = "".join(_pages(pool, context, Language.KO))
    assert "참고용 번역본입니다. 정본은 영문본입니다." in korean


@pytest.mark.parametrize(
    ("granted", "korean", "english"),
    [
        (
            (True,),
            "시민제안1건의회신기한연장에대하여연장하기로결정",
            "moretimetoanswer1suggestionofcitizens.Wehavedecidedtograntit.",
        ),
        ((True, True), "2건의회신기한연장에대하여모두연장하기로", "tograntitforallofthem."),
        (
            (True, False, True),
            "2건은연장하고1건은연장하지아니하기로결정",
            "tograntitfor2andtorefuseitfor1ofthem.",
        ),
        ((False, False), "연장에대하여연장하지아니하기로결정", "Wehavedecidedtorefuseit."),
    ],
)
def test_an_extension_says_what_was_decided(
    pool: RenderPool, granted: tuple[bool, ...], korean: str, english: str
) -> None:
    context = samples.extension(*granted)
    page = _squeezed("".join(_pages(pool, context)))
    assert korean in page
    assert page.count("불승인") == granted.count(False)
    assert page.count("2026.11.19.") == granted.count(True)
    page = _squeezed("".join(_pages(pool, context, Language.EN)))
    assert english in page
    assert page.count("Refused") == granted.count(False)


def test_an_extension_tells_what_was_asked_for_where_less_was_granted(pool: RenderPool) -> None:
    context = samples.extension(True, True, False)
    asked = (date(2026, 11, 30), date(2026, 11, 19), date(2026, 12, 1))
    items = tuple(
        replace(item, asked_for=day) for item, day in zip(context.items, asked, strict=True)
    )
    page = _squeezed("".join(_pages(pool, replace(context, items=items))))
    assert "2026.11.19.(요청:2026.11.30.)" in page
    assert "-(요청:2026.12.1.)" in page
    assert page.count("(요청:") == 2
    page = _squeezed("".join(_pages(pool, replace(context, items=items), Language.EN)))
    assert "19November2026(askedfor:30November2026)" in page


def test_a_transferred_suggestion_says_where_it_comes_from(pool: RenderPool) -> None:
    before = TransferredFrom(
        ministry_name=Bilingual(ko="교육부", en="Ministry of Education"),
        document=Reference(number="공론소통과-7", on=date(2026, 10, 2)),
    )
    context = samples.outcome(1, transferred_from=before)
    page = _squeezed("".join(_pages(pool, context)))
    assert "교육부에서이관된제안입니다.우리기관이공론소통과-7(2026.10.2.)공문으로교육부에" in page
    page = _squeezed("".join(_pages(pool, context, Language.EN)))
    assert "transferredfromtheMinistryofEducation" in page
    assert "공론소통과-7(2October2026)" in page
    assert "이관된제안" not in _squeezed("".join(_pages(pool, samples.outcome(1))))


def test_a_correction_names_what_it_corrects(pool: RenderPool) -> None:
    context = samples.correction()
    page = _squeezed("".join(_pages(pool, context)))
    assert _squeezed(f"‘{context.corrected_title.ko}’(공론소통과-1234,2026.10.12.)") in page
    for row in context.corrections:
        assert _squeezed(f"{row.place.ko}{row.stood}{row.reads}") in page
    # As its mail says: both are kept together.
    assert "당초문서가운데위내용을정정하며,그밖의내용은변함이없습니다.끝." in page
    page = _squeezed("".join(_pages(pool, context, Language.EN)))
    assert _squeezed(f"Reason: {context.reason.en}") in page
    assert _squeezed(context.corrections[0].place.en) in page
    assert "takestheplace" not in page


def _correction(**texts: str) -> CorrectionContext:
    place = replace(samples.correction().corrections[0], **texts)
    return samples.correction(corrections=(place,))


def test_a_correction_keeps_the_lines_of_what_it_quotes(pool: RenderPool) -> None:
    context = _correction(stood="첫째 줄\n둘째 <줄>", reads="셋째 줄\n\n넷째 줄")
    for language in Language:
        html = to_html(context, samples.NOTED, language).html
        pdf = PdfReader(io.BytesIO(pool.render(Page(html=html)).content))
        laid_out = pdf.pages[0].extract_text(extraction_mode="layout").replace(WORD_JOINER, "")
        lines = laid_out.splitlines()
        for first, second in (("첫째", "둘째"), ("셋째", "넷째")):
            (above,) = (number for number, line in enumerate(lines) if first in line)
            (below,) = (number for number, line in enumerate(lines) if second in line)
            assert above < below, laid_out
        file = HwpxDocument.open(to_hwpx(context, samples.NOTED, language))
        row = [cell.text for cell in file.tables.all[0].rows[1].cells]
        assert row[2:] == ["첫째 줄\n둘째 <줄>", "셋째 줄\n\n넷째 줄"]


def test_only_what_is_korean_is_read_as_korean_on_an_english_page() -> None:
    context = _correction(stood="March", reads="5월")
    html = to_html(context, samples.NOTED, Language.EN).html
    assert '<td class="text">March</td>' in html
    assert re.search('<td class="text"><span lang="ko">5\u2060?월</span></td>', html)
    assert f"<td>{context.corrections[0].place.en}</td>" in html
    korean_only = samples.correction(reason=samples.both("오기"))
    html = to_html(korean_only, samples.NOTED, Language.EN).html
    assert 'Reason: <span lang="ko">오\u2060기</span>' in html
    assert '<span lang="ko">' not in to_html(context, samples.NOTED).html


def test_a_submission_encloses_each_item(pool: RenderPool) -> None:
    context = samples.submission(3)
    pages = _pages(pool, context)
    annex = _squeezed("".join(pages[1:]))
    for number, item in enumerate(context.agenda, start=1):
        assert _squeezed(f"제{number}호안건:{item.title}") in annex
        assert _squeezed(item.body) in annex
        assert _squeezed(item.position.ko) in annex
    assert "가까운회의에서" in _squeezed(_pages(pool, samples.submission(meeting_on=None))[0])


def _case(number: int, **changes: Any) -> Case:
    return replace(samples.escalation().cases[0], **{"reference": f"제안 2026-{number}"} | changes)


def test_each_case_is_printed_with_its_words_and_a_long_one_is_cut(pool: RenderPool) -> None:
    asked = HistoryLine(
        on=date(2026, 10, 20),
        text=Bilingual(ko="소관 기관 질의", en="The ministry asked"),
        words="범위를 알려 주십시오. " + "가나다라마 " * 1_000 + "끝까지 읽을 수 없는 말",
    )
    context = samples.escalation(cases=(_case(1), _case(2, history=(asked,))))
    pages = _pages(pool, context)
    printed = _squeezed("".join(pages))
    for case in context.cases:
        assert _squeezed(case.body)[:40] in printed
        assert f"{_squeezed(case.reference)}/이송문서" in printed
    first, second = printed.split("2026-2/이송문서")
    assert "범위를알려주십시오." in second
    assert "범위를알려주십시오." not in first
    assert "끝까지읽을수없는말" not in printed
    assert "이하생략" in second
    english = _squeezed("".join(_pages(pool, context, Language.EN)))
    assert "Theministryasked" in english
    assert "범위를알려주십시오." in english


def test_an_escalation_of_earlier_days_still_prints_its_one_history(pool: RenderPool) -> None:
    line = HistoryLine(on=date(2026, 10, 30), text=Bilingual(ko="회신 기한 경과", en="Due"))
    written = to_json(samples.escalation(cases=(), history=(line,)))
    del written["cases"]
    context = from_json(DocumentKind.ESCALATION, written)
    assert "회신기한경과" in _squeezed("".join(_pages(pool, context)))


def test_a_survey_without_figures_says_why_and_counts_its_parts(pool: RenderPool) -> None:
    whole = samples.EVERY_KIND[DocumentKind.SURVEY_REPORT]
    assert isinstance(whole, SurveyReportContext)
    annex = _squeezed("".join(_pages(pool, whole)[1:]))
    for part in ("3.집단별차이", "4.지난회차와의비교", "5.주관식응답", "문2.", "비공개"):
        assert part in annex
    none = replace(whole, questions=(), differences=(), compared=0, changes=())
    annex = _squeezed("".join(_pages(pool, none)[1:]))
    assert "응답이10명미만이어서" in annex
    assert "3.주관식응답" in annex


def test_a_chart_says_its_figures_to_who_does_not_see_it(pool: RenderPool) -> None:
    whole = samples.EVERY_KIND[DocumentKind.SURVEY_REPORT]
    for language, bars, withheld in (
        (Language.KO, "막대그림.", "비공개"),
        (Language.EN, "Bar chart.", "withheld"),
    ):
        html = to_html(whole, samples.NOTED, language).html
        (title,) = re.findall(rf"<title>({re.escape(bars)}.*?)</title>", html)
        assert "35.2%" in title
        assert withheld in title
        alone = pool.render(Page(html=html)).content
        with Pdf.open(io.BytesIO(alone)) as pdf:
            said = [str(each.Alt) for each in pdf.objects if _is_figure(each)]
        assert any("35.2%" in each for each in said)


def _is_figure(found: Any) -> bool:
    return isinstance(found, Dictionary) and found.get("/S") == "/Figure"


def test_of_a_hundred_long_answers_each_is_printed(pool: RenderPool) -> None:
    whole = samples.EVERY_KIND[DocumentKind.SURVEY_REPORT]
    assert isinstance(whole, SurveyReportContext)
    question = whole.questions[1]
    answers = tuple(
        replace(question.answers[0], label=samples.both(f"{number}번 " + "긴 보기 " * 40))
        for number in range(1, 101)
    )
    text = _squeezed(
        "".join(_pages(pool, replace(whole, questions=(replace(question, answers=answers),))))
    )
    assert all(f"{number}번긴보기" in text for number in range(1, 101))


def test_a_white_paper_of_a_year_in_which_nothing_was_sent_says_so(pool: RenderPool) -> None:
    whole = samples.EVERY_KIND[DocumentKind.WHITE_PAPER]
    assert isinstance(whole, WhitePaperContext)
    figure = replace(whole.parts[0].figures[0], count=0, base=0)
    empty = replace(
        whole, parts=(replace(whole.parts[0], figures=(figure,)),), ministries=(), surveys=()
    )
    text = _squeezed("".join(_pages(pool, empty)[1:]))
    assert "2026년에기관에이송한제안은없습니다." in text
    assert "2026년에결과를공개한설문은없습니다." in text
    assert "nan" not in text


def test_of_fifty_ministries_each_is_printed_and_the_sums_are_theirs(pool: RenderPool) -> None:
    whole = samples.EVERY_KIND[DocumentKind.WHITE_PAPER]
    assert isinstance(whole, WhitePaperContext)
    ministries = tuple(
        replace(whole.ministries[0], name=samples.both(f"제{number}부"), sent=number, kept=7)
        for number in range(1, 51)
    )
    text = _squeezed("".join(_pages(pool, replace(whole, ministries=ministries))))
    assert all(text.count(f"제{number}부") == 2 for number in range(1, 51))
    # 1 to 50, and fifty times seven.
    assert "계1,275" in text
    assert "1,550350" in text


def test_a_question_says_who_gave_no_answer_and_why_nothing_is_told(pool: RenderPool) -> None:
    whole = samples.EVERY_KIND[DocumentKind.SURVEY_REPORT]
    assert isinstance(whole, SurveyReportContext)
    question = whole.questions[0]
    unsure = replace(
        question.answers[0],
        label=Bilingual(ko="모름", en="Don't know"),
        count=7,
        share=None,
        low=None,
        high=None,
    )
    hidden = tuple(replace(each, count=None, share=None) for each in question.answers)
    asked = (
        replace(question, missing=(unsure,)),
        replace(question, answers=hidden, missing=(), chart=Chart.NONE),
    )
    text = _squeezed("".join(_pages(pool, replace(whole, questions=asked))))
    first, second = text.split("문1.")[1].split("문2.")[:2]
    # A row of the table, without a share.
    assert "모름7––" in first
    assert "공개하면5명미만의응답을알수있어" in second
    assert question.answers[0].label.ko not in second.split("집단별")[0]
