"""Summary artifacts that a coordinator reads: Markdown, Korean first, ids and references only."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from prefect.artifacts import Artifact, create_markdown_artifact

from gongmun.clock import seoul_date
from gongmun.documents import Document
from gongmun.errors import GongmunError
from gongmun.forums.reconciling import Finding
from gongmun.referrals.chase_pauses import Standing
from gongmun.referrals.chase_preview import FATES, Preview
from gongmun.referrals.names import RUNGS
from gongmun.surveys.fieldwork.board import WaveLine
from gongmun.surveys.fieldwork.names import INVITATIONS, STATUSES, category
from gongmun.text import Bilingual, Link, korean_date
from tasks.links import BOARDS, document_link, links

# As many numbers of referrals as a cell can show.
_SHOWN = 20
# Characters of a cell, beyond which a table does not fit the page.
_WIDE = 60
# Title, columns, rows. A table without rows is left out.
Table = tuple[Bilingual, Sequence[Bilingual], Sequence[Sequence[object]]]


def publish(
    key: str,
    title: Bilingual,
    figures: Mapping[Bilingual, object],
    *,
    tables: Sequence[Table] = (),
    notes: Sequence[Bilingual] = (),
    board: bool = False,
) -> str:
    """Publish one artifact, with the way to the boards under it, and return its Markdown without that.

    `figures` become a table of names and values, `notes` are Markdown under the tables: pass what
    comes from outside through `escaped`. Of a `board` the same is not written again.
    """
    parts = [f"## {escaped(title.ko)}\n_{escaped(title.en)}_"]
    if figures:
        parts.append(
            _table(_FIGURE_COLUMNS, [[str(name), value] for name, value in figures.items()])
        )
    for heading, columns, rows in tables:
        if rows:
            parts.append(f"### {escaped(heading.ko)}\n_{escaped(heading.en)}_")
            parts.append(_table(columns, rows))
    parts.extend(f"{note.ko}\n\n_{note.en}_" for note in notes)
    markdown = "\n\n".join(parts)
    # Prefect's sidebar has no artifacts.
    shown = f"{markdown}\n\n{links({each: BOARDS[each] for each in BOARDS if each != key})}"
    if board:
        newest: Any = Artifact.get(key=key)
        if newest is not None and newest.data == shown:
            return markdown
    # The page of a key shows the newest artifact by its description, and of all of them only when they were made.
    create_markdown_artifact(shown, key=key, description=shown)
    return markdown


def paused_table(paused: Sequence[Standing]) -> Table:
    """Ministries with something due whose reminders are paused."""
    return (
        Bilingual(
            ko="독촉을 보류 중인 기관", en="Ministries passed over: their reminders are paused"
        ),
        (Bilingual(ko="기관", en="ministry"), Bilingual(ko="종료일", en="until")),
        [(f"{each.ministry.ko} ({each.code})", each.until) for each in paused],
    )


def findings_table(findings: Sequence[Finding]) -> Table:
    """What the reconciliation found, with the command that leads to it."""
    return (
        Bilingual(ko="확인이 필요한 사항", en="What was found"),
        (Bilingual(ko="내용", en="what"), Bilingual(ko="처리 명령", en="settled by")),
        [(finding.what, finding.remedy) for finding in findings],
    )


def documents_table(documents: Sequence[Document]) -> Table:
    """Documents that a run has issued, each with its PDF for whoever is logged in.

    Those in whose print characters were replaced, which no font of ours has, name the command that shows them.
    """
    return (
        Bilingual(ko="시행한 공문(PDF)", en="Documents issued, as PDF"),
        (
            Bilingual(ko="문서번호", en="number"),
            Bilingual(ko="제목", en="title"),
            Bilingual(ko="수신", en="to"),
            Bilingual(ko="대체 글자(〓)", en="replaced"),
        ),
        [
            (
                document_link(document.id, document.number),
                document.title,
                document.recipient_code,
                f"{document.replaced_characters}: gongmun document export {document.id}"
                if document.replaced_characters
                else "",
            )
            for document in documents
        ],
    )


def notes_of(errors: Iterable[GongmunError]) -> list[Bilingual]:
    """What went wrong, as the notes of an artifact."""
    return [Bilingual(ko=escaped(e.message_ko), en=escaped(e.message_en)) for e in errors]


def some(ids: Sequence[int]) -> str:
    """These numbers, as many as a table can show; the command line shows all."""
    shown = ", ".join(map(str, ids[:_SHOWN]))
    return f"{shown} …" if len(ids) > _SHOWN else shown


def preview_table(seen: Preview) -> Table:
    """What a sweep would do: for each ministry and rung, of how many."""
    return (
        Bilingual(ko="독촉 예정", en="What would be done"),
        (
            Bilingual(ko="기관", en="ministry"),
            Bilingual(ko="수신", en="to"),
            Bilingual(ko="단계", en="rung"),
            Bilingual(ko="건수", en="referrals"),
            Bilingual(ko="처리", en="what becomes of it"),
        ),
        [
            (
                f"{planned.ministry.ko} ({planned.code})",
                planned.to.ko,
                RUNGS[planned.rung] if planned.rung else "",
                count,
                FATES[planned.fate],
            )
            for planned, count in seen.planned.items()
        ],
    )


def waves_tables(lines: Sequence[WaveLine]) -> list[Table]:
    """The waves under way, and of each its categories."""
    waves: Table = (
        Bilingual(ko="회차별 응답", en="Answers by wave"),
        (
            Bilingual(ko="설문", en="survey"),
            Bilingual(ko="상태", en="state"),
            Bilingual(ko="대상", en="asked"),
            *INVITATIONS.values(),
            Bilingual(ko="응답률", en="share answered"),
            Bilingual(ko="다음 안내", en="next reminder"),
            Bilingual(ko="마감", en="closes"),
        ),
        [
            (
                f"{line.title.ko} {line.wave}회차 ({line.series} {line.wave})",
                STATUSES[line.status],
                sum(line.counts.values()),
                *(line.counts[each] for each in INVITATIONS),
                f"{line.share:.1%}",
                korean_date(line.next_reminder_on, weekday=True) if line.next_reminder_on else "",
                korean_date(seoul_date(line.closes_at), weekday=True),
            )
            for line in lines
        ],
    )
    return [waves, *(_categories_table(line) for line in lines)]


def _categories_table(line: WaveLine) -> Table:
    return (
        Bilingual(
            ko=f"{line.title.ko} {line.wave}회차: 구분별 응답",
            en=f"{line.title.en}, wave {line.wave}: answers by category",
        ),
        (
            Bilingual(ko="구분", en="category"),
            Bilingual(ko="대상", en="asked"),
            Bilingual(ko="응답", en="answered"),
            Bilingual(ko="목표", en="enough at"),
        ),
        [
            (
                category(each.feature, each.value),
                each.asked,
                "5명 미만 구분 보호 / hidden: few people"
                if each.answered is None
                else each.answered,
                each.quota or "",
            )
            for each in line.categories
        ],
    )


_FIGURE_COLUMNS = (
    Bilingual(ko="항목", en="item"),
    Bilingual(ko="값", en="value"),
)


def _table(columns: Sequence[Bilingual], rows: Sequence[Sequence[object]]) -> str:
    header = "| " + " | ".join(f"{column.ko}<br>{column.en}" for column in columns) + " |"
    rule = "|" + " --- |" * len(columns)
    body = ("| " + " | ".join(_cell(value) for value in row) + " |" for row in rows)
    return "\n".join([header, rule, *body])


def _cell(value: object) -> str:
    """One value; what is too wide for a column in both languages stands on two lines."""
    if isinstance(value, Bilingual) and len(str(value)) > _WIDE:
        return f"{escaped(value.ko)}<br>{escaped(value.en)}"
    return escaped(value)


def escaped(value: object) -> str:
    """Text on one line of Markdown: nothing in it is markup, a link or a new column. A `Link` is one link."""
    if isinstance(value, Link):
        # An address of ours: our own words and ids.
        return f"[{escaped(value.text)}]({value.to})"
    text = " ".join(str(value).split())
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+!|~" else c for c in text)
