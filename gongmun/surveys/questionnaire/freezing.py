"""A questionnaire frozen (확정): one text, one hash, and the questionnaire from the text alone."""

import hashlib
import json

from gongmun.errors import GongmunError
from gongmun.surveys.questionnaire.flaws import Flaw
from gongmun.surveys.questionnaire.forms import form_of
from gongmun.surveys.questionnaire.items import Questionnaire
from gongmun.surveys.questionnaire.reading import read_tree
from gongmun.surveys.questionnaire.tree import read_json


class StoredDamaged(GongmunError):
    """The stored text of a questionnaire is not one that was written by this product."""

    code = "surveys.stored_questionnaire_damaged"
    ko = "보관된 설문지가 손상되었습니다({problem}). 백업에서 되살려 주십시오."
    en = "The stored questionnaire is damaged ({problem}). Restore it from a backup."


def canonical(questionnaire: Questionnaire) -> str:
    """The questionnaire as JSON: keys sorted, no spaces, NFC, every default written out.

    Comments, quotes and the order of keys in its file leave no trace; anything a respondent or an
    analyst could notice does.
    """
    # Its texts are in NFC since they were read.
    return json.dumps(
        form_of(questionnaire), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def digest(questionnaire: Questionnaire) -> str:
    """The SHA-256 of the canonical text in UTF-8, in hexadecimal."""
    return hashlib.sha256(canonical(questionnaire).encode()).hexdigest()


def restore(text: str) -> Questionnaire:
    """The questionnaire that `canonical` has written, equal in every part.

    The catalogue of trend items is not asked: what was frozen stays what it was.

    Raises:
        StoredDamaged: the text is another.
    """
    try:
        root = read_json(text)
    except ValueError as error:
        raise StoredDamaged(problem=str(error)[:100]) from None
    flaws: list[Flaw] = []
    questionnaire = read_tree(root, flaws, None)
    if questionnaire is None or flaws:
        problem = flaws[0].text.en if flaws else "no questionnaire"
        raise StoredDamaged(problem=problem)
    if canonical(questionnaire) != text:
        raise StoredDamaged(problem="not in the canonical form")
    return questionnaire
