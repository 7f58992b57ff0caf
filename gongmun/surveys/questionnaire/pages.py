"""A questionnaire page by page, as a form without a script asks it."""

from collections.abc import Sequence
from dataclasses import dataclass

from gongmun.errors import GongmunError
from gongmun.surveys.questionnaire.checking import Checked
from gongmun.surveys.questionnaire.items import Item, Page, Questionnaire


class PageNotAsked(GongmunError):
    """A page that does not exist, or that nothing is asked on after the answers so far."""

    code = "surveys.page_not_asked"
    ko = "지금까지의 응답으로는 ‘{page}’ 쪽에서 묻는 문항이 없습니다. 처음부터 이어서 응답해 주십시오."
    en = "After the answers so far nothing is asked on the page '{page}'. Go on from the beginning."


@dataclass(frozen=True, kw_only=True, slots=True)
class PageView:
    """One page as a respondent sees it.

    `items` are those shown, `number` its place among the `count` pages that show any, from 1; `previous`
    and `next` are the codes of those beside it, None at either end.
    """

    page: Page
    items: Sequence[Item]
    number: int
    count: int
    previous: str | None
    next: str | None


def asked_pages(questionnaire: Questionnaire, checked: Checked) -> Sequence[Page]:
    """The pages that show anything after the answers so far; the first of them always does."""
    shown = set(checked.shown)
    return [page for page in questionnaire.pages if any(item.code in shown for item in page.items)]


def view(questionnaire: Questionnaire, checked: Checked, code: str) -> PageView:
    """The page `code` after the answers so far.

    An item may depend on an earlier one of the same page: then it appears when the page is shown again.

    Raises:
        PageNotAsked: there is no such page, or it shows nothing.
    """
    shown = set(checked.shown)
    pages = asked_pages(questionnaire, checked)
    codes = [page.code for page in pages]
    if code not in codes:
        raise PageNotAsked(page=code)
    at = codes.index(code)
    return PageView(
        page=pages[at],
        items=tuple(item for item in pages[at].items if item.code in shown),
        number=at + 1,
        count=len(pages),
        previous=codes[at - 1] if at else None,
        next=codes[at + 1] if at + 1 < len(codes) else None,
    )
