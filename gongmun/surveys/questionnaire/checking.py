"""All answers of one respondent, checked: what is asked of them, what was taken, what is still missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gongmun.surveys.questionnaire.answers import Answer
from gongmun.surveys.questionnaire.conditions import Condition, holds
from gongmun.surveys.questionnaire.items import Item, Questionnaire, shown_if
from gongmun.surveys.questionnaire.refusals import AnswerFlaw, Refusal, refused
from gongmun.surveys.questionnaire.taking import Untaken, unfinished
from gongmun.surveys.questionnaire.taking import take as take_answer
from gongmun.text import clean_line, shorten

# An answer where there is one, and what is wrong with it or is still missing.
Taken = tuple[Answer | None, AnswerFlaw | None]
Take = Callable[[Item, object], Taken]
_UNKNOWN = 20  # names of items that do not exist, of which each is told


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """Answers as they stand. Items are named by their codes, pages too, in the order asked.

    `answers` holds what was taken: only of items that are shown. `flaws` says what was not, and, at
    submission, what is missing. `shown` are the items asked of this respondent; `dropped` those with a
    value that routing has taken away. `open_pages` are the pages on which something is wrong or a
    required answer is missing, whether or not this was a submission.
    """

    answers: Mapping[str, Answer]
    flaws: Sequence[AnswerFlaw]
    shown: Sequence[str]
    dropped: Sequence[str]
    open_pages: Sequence[str]

    @property
    def done(self) -> int:
        """How many of the items shown have an answer; "don't know" is one."""
        return len(self.answers)

    @property
    def total(self) -> int:
        """How many items are shown, as far as the answers so far tell."""
        return len(self.shown)

    @property
    def complete(self) -> bool:
        """Whether the answers can be submitted as they stand."""
        return not self.open_pages and not self.flaws

    @property
    def first_open_page(self) -> str | None:
        """Where to go on; None where nothing is missing."""
        return next(iter(self.open_pages), None)

    def stored(self) -> Mapping[str, Mapping[str, object]]:
        """The answers as JSON has them; `check_answers` takes them back."""
        return {code: answer.stored() for code, answer in self.answers.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """An item where it stands: on which page, and under which condition it is shown, its page's included."""

    page: str
    code: str
    item: Item
    shown_if: Condition | None


def places(questionnaire: Questionnaire) -> Sequence[Place]:
    """All items of a questionnaire in the order asked."""
    return [
        Place(page=page.code, code=item.code, item=item, shown_if=shown_if(page, item))
        for page, item in questionnaire.items()
    ]


def check_answers(
    questionnaire: Questionnaire, raw: Mapping[str, object], *, submit: bool = False
) -> Checked:
    """Check raw answers by item code, as `taking.take` knows them; None and "" are no answer.

    Half-filled sheets are taken as they are: what is missing is a flaw only with `submit`. An answer
    that cannot be taken counts as not given, also for routing.
    """
    return check(places(questionnaire), raw, taken, submit=submit)


def check(
    items: Sequence[Place], raw: Mapping[str, object], take: Take, *, submit: bool = False
) -> Checked:
    """The same for who checks many sheets, and may remember by `take` what an answer came to before."""
    answers: dict[str, Answer] = {}
    flaws: list[AnswerFlaw] = []
    shown: list[str] = []
    dropped: list[str] = []
    open_pages: dict[str, None] = {}
    for place in items:
        code, condition = place.code, place.shown_if
        if condition is not None and holds(condition, answers.get) is not True:
            if _something(raw.get(code)):
                dropped.append(code)
            continue
        shown.append(code)
        answer, flaw = take(place.item, raw.get(code))
        if answer is not None:
            answers[code] = answer
        if flaw is not None:
            open_pages[place.page] = None
            if submit or not flaw.refusal.only_at_submission:
                flaws.append(flaw)
    if len(raw) > len(answers):
        known = {place.code for place in items}
        unknown = [name for name in raw if name not in known]
        flaws.extend(
            refused(shorten(clean_line(str(name)), 40), Refusal.UNKNOWN_ITEM)
            for name in unknown[:_UNKNOWN]
        )
    return Checked(
        answers=answers,
        flaws=tuple(flaws),
        shown=tuple(shown),
        dropped=tuple(dropped),
        open_pages=tuple(open_pages),
    )


def _something(given: object) -> bool:
    return bool(given) if isinstance(given, str | list | tuple | dict) else given is not None


def taken(item: Item, given: object) -> Taken:
    """What one raw answer comes to, by itself."""
    try:
        answer = take_answer(item, given)
    except Untaken as untaken:
        return None, refused(item.code, untaken.refusal, **untaken.params)
    return answer, unfinished(item, answer)
