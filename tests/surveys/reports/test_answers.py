"""Which sheets are counted: who is not of those whom the survey is about is heard, but in no table."""

from collections.abc import Sequence

from gongmun.surveys.analysis.dispositions import Disposition, Sufficiency
from gongmun.surveys.fieldwork.models import AnswerSheet
from gongmun.surveys.panels.margins import margins
from gongmun.surveys.questionnaire import check_answers, sample
from gongmun.surveys.reports.answers import answers_of
from gongmun.surveys.reports.figuring import count, questions
from gongmun.surveys.reports.weighing import weigh
from tests.surveys.reports.invented import sheets

FORUM = sample("forum_evaluation")


def absent(given: Sequence[AnswerSheet]) -> list[AnswerSheet]:
    """Those who say that they did not take part."""
    return [s for s in given if check_answers(FORUM, s.answers).answers["attended"].codes == (4,)]


def test_three_who_did_not_take_part_cost_the_others_nothing() -> None:
    given = sheets(FORUM, 60)
    ids = {sheet.id for sheet in absent(given)}
    assert len(ids) == 3
    found = answers_of(FORUM, given, Sufficiency())
    assert found.outcomes.count(Disposition.SCREENED_OUT) == 3
    assert len(found.ids) == len(found.frame) == 57
    assert not ids & set(found.ids)
    (attended,) = (each for each in found.variables if each.name == "attended")
    assert [option.code for option in attended.options] == [1, 2, 3]
    wave = count(FORUM, found, weigh(found.frame, population=margins(), chances={}))
    bases = [question.base for question in questions(wave)]
    assert bases[0] == 57
    assert None not in bases


def test_what_they_say_is_heard() -> None:
    given = sheets(FORUM, 60)
    found = answers_of(FORUM, given, Sufficiency())
    said = [text for text in found.texts["hindered"] if text]
    own = [check_answers(FORUM, sheet.answers).answers.get("hindered") for sheet in absent(given)]
    assert said
    assert sorted(said) == sorted(answer.text for answer in own if answer and answer.text)


def test_who_breaks_off_has_not_said_for_good_that_he_is_not_of_it() -> None:
    given = sheets(FORUM, 60)
    begun = absent(given)[0]
    begun.submitted_on = None
    found = answers_of(FORUM, given, Sufficiency())
    assert found.outcomes[given.index(begun)] is Disposition.BREAK_OFF
