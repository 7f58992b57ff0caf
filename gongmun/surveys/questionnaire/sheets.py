"""Many sheets of one questionnaire, read back as data: the same answer to the same item is taken once.

Most answers are one code of a few. Of 100,000 sheets with sixty items each would otherwise be checked, and turned into
columns, as if nobody had given it before.
"""

from collections.abc import Mapping, Sequence

from gongmun.surveys.questionnaire.answers import Answer, Missing
from gongmun.surveys.questionnaire.checking import Checked, Taken, check, places, taken
from gongmun.surveys.questionnaire.codebook import Cell, cells
from gongmun.surveys.questionnaire.items import Item, Questionnaire

_NOT_ASKED = Answer(missing=Missing.NOT_ASKED)
_NOT_ANSWERED = Answer(missing=Missing.NOT_ANSWERED)
# The key of what is None: it equals no code and no text.
_NOTHING = object()


class SheetReader:
    """Reads the sheets of one questionnaire, and remembers what it has read: make one for a wave.

    `columns` are the names of the codebook, in its order.
    """

    def __init__(self, questionnaire: Questionnaire) -> None:
        self._places = places(questionnaire)
        self.columns = tuple(name for place in self._places for name in place.item.variables())
        # By item, and there by its answer.
        self._taken: dict[str, dict[object, Taken]] = {place.code: {} for place in self._places}
        self._cells: dict[str, dict[object, Sequence[Cell]]] = {
            place.code: {} for place in self._places
        }

    def check(self, stored: Mapping[str, object]) -> Checked:
        """What a sheet says, as `check_answers` tells it."""
        return check(self._places, stored, self._take)

    def record(self, checked: Checked) -> Sequence[Cell]:
        """The row of one respondent: a value for each of `columns`."""
        shown, answers, row = set(checked.shown), checked.answers, list[Cell]()
        for place in self._places:
            code = place.code
            answer = answers.get(code)
            if answer is None:
                answer = _NOT_ANSWERED if code in shown else _NOT_ASKED
            elif answer.number is not None or answer.text is not None:
                row.extend(cells(place.item, answer))
                continue
            known = self._cells[code]
            key = answer.missing or answer.codes
            found = known.get(key)
            if found is None:
                found = known[key] = tuple(cells(place.item, answer))
            row.extend(found)
        return row

    def _take(self, item: Item, given: object) -> Taken:
        key = _key(given)
        if key is None:
            return taken(item, given)
        known = self._taken[item.code]
        found = known.get(key)
        if found is None:
            found = known[key] = taken(item, given)
        return found


def _key(given: object) -> object:
    """What tells one stored answer to an item from another; None where hardly two are alike, as of texts."""
    if given is None:
        return _NOTHING
    if type(given) is not dict or len(given) != 1:
        return None
    [(what, said)] = given.items()
    if what == "missing":
        return said if type(said) is str else None
    if what != "codes" or type(said) is not list:
        return None
    # True equals 1, and is no code.
    if len(said) == 1:
        return said[0] if type(said[0]) is int else None
    return tuple(said) if all(type(each) is int for each in said) else None
