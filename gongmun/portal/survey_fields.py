"""The fields of a survey's page (문항 입력): what a form says of an item, and how an item is shown filled.

i-CODE           codes of a choice, a point, a number, an open answer; several of a multiple choice
i-CODE-1, -2     ranks
i-CODE-text      what was said beside "other"
i-CODE-missing   "don't know" or "prefer not to say", where it is no choice of the item's own
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gongmun.portal.flaws import Flaw
from gongmun.portal.forms import Form
from gongmun.surveys.questionnaire.answers import OFFERED, Answer, Missing
from gongmun.surveys.questionnaire.items import Item, Kind, Page
from gongmun.surveys.questionnaire.refusals import AnswerFlaw
from gongmun.text import Bilingual

# One of these is chosen, and "don't know" stands among them.
_ONE_OF = frozenset({Kind.SINGLE, Kind.SCALE_5, Kind.SCALE_7, Kind.SCALE_0_10})


@dataclass(frozen=True, kw_only=True, slots=True)
class FilledItem:
    """An item as a page shows it: what is chosen, ranked or written, as it was typed."""

    item: Item
    codes: Sequence[str] = ()
    words: str = ""  # a number, or an open answer
    other: str = ""
    missing: str = ""

    @property
    def field(self) -> str:
        """The name of its first field, which is also its place on the page."""
        return field_of(self.item.code)

    @property
    def is_one_of(self) -> bool:
        """Whether one of its options is chosen, among them the kinds of giving no answer."""
        return self.item.kind in _ONE_OF

    @property
    def offered(self) -> Mapping[str, Bilingual]:
        """The kinds of giving no answer that it offers, and their words."""
        words = {each.value: self.item.offered(each) for each in OFFERED}
        return {name: text for name, text in words.items() if text is not None}

    @property
    def ranks(self) -> Sequence[tuple[int, str]]:
        """The ranks of a ranking, from 1, and what was chosen for each."""
        top = self.item.top or len(self.item.options)
        given = [*self.codes, *[""] * top]
        return [(rank, given[rank - 1]) for rank in range(1, top + 1)]

    @property
    def has_labelled_ends_only(self) -> bool:
        """Whether only the ends of a scale have words: they then stand beside it."""
        points = self.item.kind.points
        inner = self.item.options[1:-1]
        return points is not None and all(o.label.ko == str(o.code) for o in inner)


def field_of(code: str) -> str:
    """The name of the first field of an item."""
    return f"i-{code}"


def raw_of(page: Page, form: Form) -> dict[str, object]:
    """What a form says of each item of a page, as `check_answers` takes it; {} of what was left empty."""
    return {item.code: _raw(item, form) for item in page.items}


def _raw(item: Item, form: Form) -> dict[str, object]:
    typed = _typed(item, form)
    raw: dict[str, object] = {}
    if typed.codes:
        raw["codes"] = list(typed.codes)
    if typed.words:
        raw["number" if item.kind is Kind.NUMBER else "text"] = typed.words
    if typed.other:
        raw["text"] = typed.other
    if typed.missing:
        raw["missing"] = typed.missing
    return raw


def _typed(item: Item, form: Form) -> FilledItem:
    name = field_of(item.code)
    missing = form.text(f"{name}-missing")
    if item.kind is Kind.RANKING:
        top = item.top or len(item.options)
        codes = [form.text(f"{name}-{rank}") for rank in range(1, top + 1)]
        return FilledItem(item=item, codes=codes if any(codes) else (), missing=missing)
    if item.kind in (Kind.NUMBER, Kind.TEXT):
        return FilledItem(item=item, words=form.text(name), missing=missing)
    given = [value for value in form.texts(name) if value]
    codes = [value for value in given if value not in OFFERED]
    missing = missing or next((value for value in given if value in OFFERED), "")
    return FilledItem(item=item, codes=codes, other=form.text(f"{name}-text"), missing=missing)


def filled(
    page: Page, shown: Sequence[str], answers: Mapping[str, Answer], form: Form | None = None
) -> Sequence[FilledItem]:
    """The items of a page that are shown: as they were typed where a form was sent in, else as they are kept."""
    return [
        _typed(item, form) if form is not None else _kept(item, answers.get(item.code))
        for item in page.items
        if item.code in shown
    ]


def _kept(item: Item, answer: Answer | None) -> FilledItem:
    if answer is None:
        return FilledItem(item=item)
    is_words = item.kind in (Kind.NUMBER, Kind.TEXT)
    words = str(answer.number) if answer.number is not None else answer.text
    return FilledItem(
        item=item,
        codes=[str(code) for code in answer.codes],
        words=(words or "") if is_words else "",
        other="" if is_words else answer.text or "",
        missing=answer.missing.value if isinstance(answer.missing, Missing) else "",
    )


def flaws_of(page: Page, flaws: Sequence[AnswerFlaw]) -> Sequence[Flaw]:
    """What is wrong on a page, each at its item."""
    codes = {item.code for item in page.items}
    return [Flaw(field=field_of(each.item), why=each.text) for each in flaws if each.item in codes]
