"""All answers of one respondent, checked: what is asked of them, what was taken, what is still missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gongmun.surveys.questionnaire.answers import Answer
from gongmun.surveys.questionnaire.conditions import holds
from gongmun.surveys.questionnaire.items import Item, Questionnaire, shown_if
from gongmun.surveys.questionnaire.refusals import AnswerFlaw, Refusal, refused
from gongmun.surveys.questionnaire.taking import Untaken, take, unfinished
from gongmun.text import clean_line, shorten

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


def check_answers(
    questionnaire: Questionnaire, raw: Mapping[str, object], *, submit: bool = False
) -> Checked:
    """Check raw answers by item code, as `taking.take` knows them; None and "" are no answer.

    Half-filled sheets are taken as they are: what is missing is a flaw only with `submit`. An answer
    that cannot be taken counts as not given, also for routing.
    """
    answers: dict[str, Answer] = {}
    flaws: list[AnswerFlaw] = []
    shown: list[str] = []
    dropped: list[str] = []
    open_pages: dict[str, None] = {}
    known: set[str] = set()
    for page, item in questionnaire.items():
        known.add(item.code)
        given = raw.get(item.code)
        condition = shown_if(page, item)
        if condition is not None and holds(condition, answers.get) is not True:
            if _something(given):
                dropped.append(item.code)
            continue
        shown.append(item.code)
        answer, flaw = _take(item, given)
        if answer is not None:
            answers[item.code] = answer
        flaw = flaw or unfinished(item, answer)
        if flaw is not None:
            open_pages[page.code] = None
            if submit or not flaw.refusal.only_at_submission:
                flaws.append(flaw)
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


def _take(item: Item, given: object) -> tuple[Answer | None, AnswerFlaw | None]:
    try:
        return take(item, given), None
    except Untaken as untaken:
        return None, refused(item.code, untaken.refusal, **untaken.params)
