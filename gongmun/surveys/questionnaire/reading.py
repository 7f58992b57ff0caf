"""A questionnaire's file, read whole: the questionnaire, or all that is to be corrected in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gongmun.surveys.questionnaire.fields import Fields, line
from gongmun.surveys.questionnaire.flaws import (
    FileUnreadable,
    Flaw,
    Reason,
    flaw,
    invalid,
)
from gongmun.surveys.questionnaire.forms import FORMAT
from gongmun.surveys.questionnaire.items import Questionnaire
from gongmun.surveys.questionnaire.reading_items import Draft, read_item
from gongmun.surveys.questionnaire.reading_routes import DraftPage, with_conditions
from gongmun.surveys.questionnaire.tree import FILE_LIMIT, Node, read_yaml
from gongmun.surveys.questionnaire.trends import Catalogue, catalogue, compare

_ITEMS = 300
_PAGES = 100
_TITLE_LIMIT = 200
_INTRO_LIMIT = 4_000
_SOURCES = 30
_KEYS = ("format", "code", "version", "title", "intro", "closing", "sources", "pages")
_PAGE_KEYS = ("code", "title", "intro", "show_if", "items")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What came of a file: a questionnaire, or flaws in the order of the file."""

    questionnaire: Questionnaire | None
    flaws: Sequence[Flaw]


def load(path: Path, trends: Catalogue | None = None) -> Questionnaire:
    """The questionnaire of a file; its trend items are those of `trends`, or of this release.

    Raises:
        FileUnreadable: it is not there, or must not be read.
        QuestionnaireInvalid: with every flaw, each with its line and column.
    """
    try:
        with path.open("rb") as opened:
            content = opened.read(FILE_LIMIT + 1)
    except OSError:
        raise FileUnreadable(file=path.name) from None
    found = read(content, trends)
    if found.questionnaire is None:
        raise invalid(path.name, found.flaws)
    return found.questionnaire


def read(content: bytes, trends: Catalogue | None = None) -> Reading:
    """The questionnaire in the bytes of a file, or every flaw of them."""
    root, found = read_yaml(content)
    flaws = list(found)
    questionnaire = None
    if root is not None:
        questionnaire = read_tree(root, flaws, catalogue() if trends is None else trends)
    # Where an alias stood there is nothing to read: what else is missing there is no news.
    aliased = {each.place for each in flaws if each.reason is Reason.ANCHOR}
    flaws = [e for e in flaws if e.reason is Reason.ANCHOR or e.place not in aliased]
    flaws.sort(key=lambda each: each.place)
    return Reading(questionnaire=None if flaws else questionnaire, flaws=tuple(flaws))


def read_tree(root: Node, flaws: list[Flaw], trends: Catalogue | None) -> Questionnaire | None:
    """The questionnaire of a tree; with None as `trends` its trend items are taken as they are."""
    fields = Fields(root, _KEYS, flaws)
    if not fields.usable:
        return None
    version = fields.integer("format", 0, 10**6)
    if version not in (None, FORMAT):
        fields.note(fields.at("format"), Reason.UNKNOWN_FORMAT, known=FORMAT)
        return None
    code, number = fields.code(), fields.integer("version", 1, 9_999)
    title = fields.both("title", _TITLE_LIMIT, needed=True, lines=False)
    intro = fields.both("intro", _INTRO_LIMIT, needed=False)
    closing = fields.both("closing", _INTRO_LIMIT, needed=False)
    named = fields.nodes("sources", _SOURCES, needed=False)
    sources = [line(node, _TITLE_LIMIT, flaws) for node in named]
    read_pages = [_read_page(node, flaws) for node in fields.nodes("pages", _PAGES)]
    _check_codes(read_pages, flaws)
    if trends is not None:
        _check_trends(read_pages, trends, flaws)
    pages = with_conditions(read_pages, flaws)
    if code is None or number is None or title is None:
        return None
    return Questionnaire(
        code=code,
        version=number,
        title=title,
        intro=intro,
        closing=closing,
        sources=tuple(source for source in sources if source),
        pages=tuple(pages),
    )


def _read_page(node: Node, flaws: list[Flaw]) -> DraftPage:
    fields = Fields(node, _PAGE_KEYS, flaws)
    return DraftPage(
        place=fields.place,
        code=fields.code() if fields.usable else None,
        title=fields.both("title", _TITLE_LIMIT, needed=False, lines=False),
        intro=fields.both("intro", _INTRO_LIMIT, needed=False),
        condition=fields.node("show_if", needed=False),
        drafts=tuple(
            read_item(each, flaws) for each in fields.nodes("items", _ITEMS, needed=fields.usable)
        ),
    )


def _check_codes(pages: Sequence[DraftPage], flaws: list[Flaw]) -> None:
    """Each code once, no more items than a page can bear, no column of data twice."""
    drafts = [draft for page in pages for draft in page.drafts]
    if len(drafts) > _ITEMS:
        flaws.append(flaw(drafts[_ITEMS].place, Reason.TOO_MANY, limit=_ITEMS))
    seen: dict[str, Draft] = {}
    variables: dict[str, str] = {}
    for draft in drafts:
        if draft.code in seen:
            line_ = seen[draft.code].place.line
            flaws.append(flaw(draft.place, Reason.CODE_TAKEN, code=draft.code, line=line_))
            continue
        if draft.code is not None:
            seen[draft.code] = draft
        for name in draft.item.variables() if draft.item else ():
            if name in variables:
                flaws.append(
                    flaw(draft.place, Reason.VARIABLE_TAKEN, variable=name, item=variables[name])
                )
            variables[name] = draft.item.code if draft.item else ""
    taken: dict[str, int] = {}
    for page in pages:
        if page.code in taken:
            flaws.append(flaw(page.place, Reason.CODE_TAKEN, code=page.code, line=taken[page.code]))
        elif page.code is not None:
            taken[page.code] = page.place.line


def _check_trends(pages: Sequence[DraftPage], trends: Catalogue, flaws: list[Flaw]) -> None:
    """Each trend item as the catalogue has it, and once."""
    seen: dict[str, int] = {}
    for draft in (draft for page in pages for draft in page.drafts):
        if draft.item is None or draft.item.trend is None:
            continue
        trend, place = draft.item.trend, draft.trend_place
        if trend in seen:
            flaws.append(flaw(place, Reason.TREND_TWICE, trend=trend, line=seen[trend]))
        seen.setdefault(trend, place.line)
        flaws.extend(compare(draft.item, trends, place))
