"""An invented white paper; see `sample_contexts`."""

from datetime import date

from gongmun.documents.letter import INTERNAL, Letter, Reference
from gongmun.documents.white_paper import (
    WhitePaperContext,
    WhitePaperFigure,
    WhitePaperMinistry,
    WhitePaperPart,
    WhitePaperSurvey,
)
from gongmun.text import Bilingual


def _part(
    title: tuple[str, str],
    source: tuple[str, str],
    *figures: tuple[str, str, int, int | None, str, str],
) -> WhitePaperPart:
    return WhitePaperPart(
        title=Bilingual(ko=title[0], en=title[1]),
        source=Bilingual(ko=source[0], en=source[1]),
        figures=tuple(
            WhitePaperFigure(
                name=Bilingual(ko=ko, en=en),
                count=count,
                base=base,
                definition=Bilingual(ko=meant_ko, en=meant_en),
            )
            for ko, en, count, base, meant_ko, meant_en in figures
        ),
    )


def _ministry(ko: str, en: str, *counts: int) -> WhitePaperMinistry:
    names = (
        *("sent", "in_time", "late", "waiting", "overdue", "gone"),
        *("accepted", "partially_accepted", "long_term_review", "already_in_place"),
        *("not_accepted", "promised", "kept"),
    )
    return WhitePaperMinistry(name=Bilingual(ko=ko, en=en), **dict(zip(names, counts, strict=True)))


WHITE_PAPER = WhitePaperContext(
    letter=Letter(
        recipients=(INTERNAL,),
        title=Bilingual(ko="2026년 시민참여 백서", en="White paper on citizen participation, 2026"),
        decided_on=date(2027, 1, 18),
        references=(Reference(number="공론소통과-41", on=date(2026, 1, 19)),),
    ),
    year=2026,
    counted_on=date(2027, 1, 15),
    highlights=(
        Bilingual(
            ko="제안 412건을 접수하여 72건을 선정하고 70건을 소관 기관에 이송하였습니다.",
            en="412 suggestions were received; 72 were selected, and 70 sent to ministries.",
        ),
        Bilingual(
            ko="이송 118건 가운데 97건을 기한 내에, 12건을 기한 후에 회신받았습니다.",
            en="Of 118 referrals 97 were answered in time and 12 late.",
        ),
    ),
    parts=(
        _part(
            ("접수와 선정", "Received and selected"),
            ("제안 접수 기록", "the records of suggestions"),
            (
                "접수",
                "received",
                412,
                None,
                "그해에 등록한 제안",
                "suggestions registered in the year",
            ),
            (
                "선정",
                "selected",
                72,
                412,
                "그 가운데 선정한 제안",
                "of these, those that were selected",
            ),
        ),
        _part(
            ("이송과 회신", "Referred and answered"),
            ("이송 기록", "the records of referrals"),
            ("이송", "referred", 118, None, "그해에 보낸 이송", "referrals sent in the year"),
            (
                "기한 내 회신",
                "answered in time",
                97,
                118,
                "기한까지 회신",
                "answered by the deadline",
            ),
        ),
    ),
    ministries=(
        _ministry(
            "국토교통부",
            "Ministry of Land, Infrastructure and Transport",
            *(64, 55, 6, 1, 1, 1, 14, 17, 9, 8, 13, 31, 12),
        ),
        _ministry(
            "행정안전부",
            "Ministry of the Interior and Safety",
            *(54, 42, 6, 3, 1, 2, 11, 14, 8, 6, 9, 22, 10),
        ),
    ),
    surveys=(
        WhitePaperSurvey(
            title=Bilingual(ko="국민참여 만족도 조사", en="Engagement and satisfaction"),
            wave=2,
            period=(date(2026, 10, 12), date(2026, 10, 26)),
            published_on=date(2026, 10, 28),
            number="공론소통과-1290",
            panel=Bilingual(ko="2026 시민참여단", en="Citizens' panel 2026"),
            precision=Bilingual(
                ko="최대 허용오차 ±8.3%p(95% 신뢰수준)", en="margin of error ±8.3 points (95 %)"
            ),
            findings=(
                Bilingual(
                    ko="초대한 200명 가운데 178명의 응답을 분석하였습니다(응답률 AAPOR RR1 87.5%).",
                    en="178 answers of 200 people who were invited were analysed (AAPOR RR1 87.5 %).",
                ),
            ),
            published_at=Bilingual(
                ko="https://portal.example/surveys/engagement/2",
                en="https://portal.example/surveys/engagement/2",
            ),
        ),
    ),
    published_at=Bilingual(
        ko="https://portal.example/white-papers", en="https://portal.example/white-papers"
    ),
)
