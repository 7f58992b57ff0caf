"""`gongmun survey`: questionnaires, checked and read before a wave is frozen."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from gongmun.cli.output import console, done, errors, table
from gongmun.documents.letter import Language, said
from gongmun.errors import GongmunError
from gongmun.surveys.questionnaire import (
    Item,
    Measure,
    Missing,
    Page,
    Questionnaire,
    QuestionnaireInvalid,
    Variable,
    digest,
    load,
    load_trends,
)
from gongmun.surveys.questionnaire import codebook as codebook_of
from gongmun.surveys.questionnaire.conditions import Condition
from gongmun.surveys.questionnaire.trends import Catalogue
from gongmun.surveys.questionnaire.wording import KINDS, in_words, numbered
from gongmun.text import Bilingual, clean_line

app = typer.Typer()

File = Annotated[Path, typer.Argument(help="설문지 파일(YAML) / the questionnaire", metavar="FILE")]
Trends = Annotated[
    Path | None,
    typer.Option(
        "--trends",
        help="추세 문항 목록, 생략하면 제품에 든 목록 / the catalogue of trend items, if not that of the product",
        metavar="FILE",
    ),
]

_MEASURES: Mapping[Measure, Bilingual] = {
    Measure.CHOICE: Bilingual(ko="선택", en="choice"),
    Measure.SCALE: Bilingual(ko="척도", en="scale"),
    Measure.FLAG: Bilingual(ko="선택 여부", en="chosen or not"),
    Measure.RANK: Bilingual(ko="순위", en="rank"),
    Measure.NUMBER: Bilingual(ko="숫자", en="number"),
    Measure.TEXT: Bilingual(ko="글", en="text"),
}
_ASKED_IF = Bilingual(ko="응답 대상", en="Asked if")
_OPTIONAL = Bilingual(ko="선택 응답", en="optional")
_OTHER = Bilingual(ko="(직접 기재)", en="(please say)")
_EXCLUSIVE = Bilingual(ko="(다른 보기와 함께 고를 수 없음)", en="(not together with others)")
_TREND = Bilingual(ko="추세 문항", en="trend item")


@app.command("check")
def check(
    files: Annotated[
        list[Path], typer.Argument(help="설문지 파일(YAML) / questionnaires", metavar="FILE...")
    ],
    trends: Trends = None,
) -> None:
    """설문지를 확인하고 고칠 곳을 모두 줄과 칸으로 알립니다. / Check questionnaires: all flaws by line and column.

    고칠 곳이 있으면 종료 코드 1 / exit code 1 where there is a flaw.
    """
    known = _catalogue(trends)
    failed = False
    for file in files:
        questionnaire = _read(file, known)
        failed = failed or questionnaire is None
        if questionnaire is not None:
            items = sum(1 for _ in questionnaire.items())
            name = f"{questionnaire.code} {questionnaire.version}"
            done(
                Bilingual(
                    ko=f"{file.name}: 고칠 곳이 없습니다. {name}판, 문항 {items}개",
                    en=f"Nothing to correct: {name}, {items} items.",
                )
            )
            console.print(Text(f"SHA-256 {digest(questionnaire)}"))
    if failed:
        raise typer.Exit(1)


@app.command("show")
def show(
    file: File,
    language: Annotated[Language, typer.Option(help="언어 / language")] = Language.KO,
    trends: Trends = None,
) -> None:
    """설문지를 응답자가 읽는 대로, 이동 조건은 말로 풀어 보여 줍니다. / A questionnaire as a person reads it."""
    questionnaire = _one(file, trends)
    for line in _lines(questionnaire, language):
        console.print(Text(line), soft_wrap=True)


@app.command("codebook")
def codebook(file: File, trends: Trends = None) -> None:
    """응답 자료의 변수와 값을 보여 줍니다. / The columns that the answers become, and their values."""
    questionnaire = _one(file, trends)
    variables = codebook_of(questionnaire)
    table(
        Bilingual(ko=f"{questionnaire.title.ko} 부호책", en=questionnaire.title.en),
        (
            Bilingual(ko="변수", en="variable"),
            Bilingual(ko="종류", en="kind"),
            Bilingual(ko="이름", en="label"),
            Bilingual(ko="값", en="values"),
            Bilingual(ko="결측", en="missing"),
        ),
        [
            (
                variable.name,
                _MEASURES[variable.measure],
                variable.label,
                _values(variable),
                ", ".join(str(missing.code) for missing in variable.missing),
            )
            for variable in variables
        ],
    )
    table(
        Bilingual(ko="결측값", en="Missing values"),
        (Bilingual(ko="부호", en="code"), Bilingual(ko="뜻", en="meaning")),
        [(missing.code, missing.label) for missing in Missing],
    )


def _one(file: Path, trends: Path | None) -> Questionnaire:
    questionnaire = _read(file, _catalogue(trends))
    if questionnaire is None:
        raise typer.Exit(1)
    return questionnaire


def _catalogue(trends: Path | None) -> Catalogue | None:
    """The catalogue that was named, if any; without it nothing can be checked."""
    if trends is None:
        return None
    try:
        return load_trends(trends)
    except GongmunError as error:
        _tell(trends, error)
        raise typer.Exit(1) from None


def _read(file: Path, trends: Catalogue | None) -> Questionnaire | None:
    """The questionnaire, or None after all that is wrong with it was told."""
    try:
        return load(file, trends)
    except GongmunError as error:
        _tell(file, error)
        return None


def _tell(file: Path, error: GongmunError) -> None:
    """One flaw after the other, each with its place, as editors and compilers write it."""
    flaws = error.flaws if isinstance(error, QuestionnaireInvalid) else ()
    if not flaws:
        errors.print(Text(f"{clean_line(str(file))}: {error.message_ko}"))
        errors.print(Text(f"  {error.message_en}", "dim"))
    for flaw in flaws:
        place = f"{clean_line(str(file))}:{flaw.place.line}:{flaw.place.column}"
        errors.print(Text(f"{place}: {flaw.text.ko}"), soft_wrap=True)
        errors.print(Text(f"  {flaw.text.en}", "dim"), soft_wrap=True)


def _lines(questionnaire: Questionnaire, language: Language) -> Iterator[str]:
    items = numbered(questionnaire)
    yield said(questionnaire.title, language)
    yield f"{questionnaire.code} {questionnaire.version} · SHA-256 {digest(questionnaire)}"
    yield from _paragraphs(questionnaire.intro, language, "")
    for number, page in enumerate(questionnaire.pages, start=1):
        yield ""
        yield f"■ {number}. {said(page.title, language) if page.title else page.code}"
        yield from _routing(page, items, language, "  ")
        yield from _paragraphs(page.intro, language, "  ")
        for item in page.items:
            yield ""
            yield from _item(item, items, language)
    yield ""
    yield from _paragraphs(questionnaire.closing, language, "")


def _item(item: Item, items: Mapping[str, tuple[int, Item]], language: Language) -> Iterator[str]:
    ranks = f" 1–{item.top}" if item.top else ""
    marks = [said(KINDS[item.kind], language) + ranks]
    if not item.required:
        marks.append(said(_OPTIONAL, language))
    if item.trend:
        marks.append(f"{said(_TREND, language)} {item.trend}")
    yield f"  {items[item.code][0]}. {said(item.text, language)} [{', '.join(marks)}]"
    yield from _routing(item, items, language, "     ")
    yield from _paragraphs(item.note, language, "     ")
    for option in item.options:
        label = said(option.label, language)
        shown = str(option.code) if label == str(option.code) else f"{option.code} {label}"
        marks = [said(_OTHER, language)] if option.other else []
        marks += [said(_EXCLUSIVE, language)] if option.exclusive else []
        yield " ".join(("    ", "○", shown, *marks))
    for words in (item.dont_know, item.refused):
        if words is not None:
            yield f"     ○ {said(words, language)}"
    if item.bounds:
        unit = f" {said(item.bounds.unit, language)}" if item.bounds.unit else ""
        yield f"     ____{unit} ({item.bounds.least}–{item.bounds.most})"
    if item.max_length:
        yield f"     ____ (≤ {item.max_length:,})"


def _routing(
    thing: Item | Page,
    items: Mapping[str, tuple[int, Item]],
    language: Language,
    indent: str,
) -> Iterator[str]:
    condition: Condition | None = thing.show_if
    if condition is not None:
        words = said(in_words(condition, items), language)
        yield f"{indent}▷ {said(_ASKED_IF, language)}: {words}"


def _paragraphs(text: Bilingual | None, language: Language, indent: str) -> Sequence[str]:
    return [indent + line for line in said(text, language).split("\n")] if text else []


def _values(variable: Variable) -> str:
    if variable.least is not None:
        unit = f" {variable.unit.ko}" if variable.unit else ""
        return f"{variable.least}–{variable.most}{unit}"
    return "\n".join(f"{code} {label.ko}" for code, label in variable.values)
