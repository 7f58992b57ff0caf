"""Summary artifacts that a coordinator reads: Markdown, Korean first, ids and references only."""

from collections.abc import Mapping, Sequence

from prefect.artifacts import create_markdown_artifact

from gongmun.documents import Document
from gongmun.forums.reconciling import Finding
from gongmun.forums.waiting import Waiting
from gongmun.referrals.board import BoardLine
from gongmun.referrals.chase_pauses import Standing
from gongmun.referrals.chase_preview import FATES, PreviewLine
from gongmun.referrals.names import RUNGS
from gongmun.text import Bilingual, korean_date

# As many numbers of referrals as a cell can show.
_SHOWN = 20
# Title, columns, rows. A table without rows is left out.
Table = tuple[Bilingual, Sequence[Bilingual], Sequence[Sequence[object]]]


def publish(
    key: str,
    title: Bilingual,
    figures: Mapping[Bilingual, object],
    *,
    tables: Sequence[Table] = (),
    notes: Sequence[Bilingual] = (),
) -> str:
    """Publish one artifact and return its Markdown.

    `figures` become a table of names and values, `notes` are Markdown under the tables: pass what
    comes from outside through `escaped`.
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
    create_markdown_artifact(markdown, key=key, description=str(title))
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


def waiting_table(items: Sequence[Waiting]) -> Table:
    """What waits for a coordinator, with the command that settles it."""
    return (
        Bilingual(ko="담당자 확인이 필요한 사항", en="Waiting for you"),
        (Bilingual(ko="내용", en="what"), Bilingual(ko="처리 명령", en="settled by")),
        [(item.what, item.remedy) for item in items],
    )


def findings_table(findings: Sequence[Finding]) -> Table:
    """What the reconciliation found, with the command that leads to it."""
    return (
        Bilingual(ko="확인이 필요한 사항", en="What was found"),
        (Bilingual(ko="내용", en="what"), Bilingual(ko="처리 명령", en="settled by")),
        [(finding.what, finding.remedy) for finding in findings],
    )


def replaced_table(documents: Sequence[Document]) -> Table:
    """Documents in whose print characters were replaced, which no font of ours has."""
    return (
        Bilingual(ko="대체 글자(〓)가 인쇄된 공문", en="Documents with replaced characters"),
        (
            Bilingual(ko="문서번호", en="number"),
            Bilingual(ko="대체 글자(〓)", en="replaced"),
            Bilingual(ko="확인", en="look at it"),
        ),
        [
            (
                document.number,
                document.replaced_characters,
                f"gongmun document export {document.id}",
            )
            for document in documents
        ],
    )


def some(ids: Sequence[int]) -> str:
    """These numbers, as many as a table can show; the command line shows all."""
    shown = ", ".join(map(str, ids[:_SHOWN]))
    return f"{shown} …" if len(ids) > _SHOWN else shown


def preview_table(lines: Sequence[PreviewLine]) -> Table:
    """What a sweep would do, line by line."""
    return (
        Bilingual(ko="독촉 예정", en="What would be done"),
        (
            Bilingual(ko="기관", en="ministry"),
            Bilingual(ko="수신", en="to"),
            Bilingual(ko="제안", en="suggestion"),
            Bilingual(ko="단계", en="rung"),
            Bilingual(ko="해당일", en="due on"),
            Bilingual(ko="처리", en="what becomes of it"),
        ),
        [
            (
                f"{line.ministry.ko} ({line.code})",
                line.to.ko,
                line.reference,
                RUNGS[line.rung] if line.rung else "",
                korean_date(line.due_on, weekday=True) if line.due_on else "",
                FATES[line.fate],
            )
            for line in lines
        ],
    )


def board_table(lines: Sequence[BoardLine]) -> Table:
    """The open referrals by ministry."""
    return (
        Bilingual(ko="기관별 현황", en="Open referrals by ministry"),
        (
            Bilingual(ko="기관", en="ministry"),
            Bilingual(ko="미회신", en="open"),
            Bilingual(ko="미접수", en="unacknowledged"),
            Bilingual(ko="기한 경과", en="overdue"),
            Bilingual(ko="최장 경과(근무일)", en="most working days overdue"),
            Bilingual(ko="다음 기한", en="next due"),
        ),
        [
            (
                f"{line.name_ko} ({line.code})",
                line.open,
                line.unacknowledged,
                line.overdue,
                line.most_days_overdue or "",
                korean_date(line.next_due, weekday=True) if line.next_due else "",
            )
            for line in lines
        ],
    )


_FIGURE_COLUMNS = (
    Bilingual(ko="항목", en="item"),
    Bilingual(ko="값", en="value"),
)


def _table(columns: Sequence[Bilingual], rows: Sequence[Sequence[object]]) -> str:
    header = "| " + " | ".join(f"{column.ko}<br>{column.en}" for column in columns) + " |"
    rule = "|" + " --- |" * len(columns)
    body = ("| " + " | ".join(escaped(value) for value in row) + " |" for row in rows)
    return "\n".join([header, rule, *body])


def escaped(value: object) -> str:
    """Text on one line of Markdown: nothing in it is markup, a link or a new column."""
    text = " ".join(str(value).split())
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+!|~" else c for c in text)
