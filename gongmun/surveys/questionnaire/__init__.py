"""The questionnaire (설문지): a YAML file in, frozen items out; routing, answers checked, the hash.

No row, no clock and no network: values in, values out.
"""

from gongmun.surveys.questionnaire.answers import Answer, Missing
from gongmun.surveys.questionnaire.checking import Checked, check_answers
from gongmun.surveys.questionnaire.codebook import (
    Measure,
    Variable,
    codebook,
)
from gongmun.surveys.questionnaire.flaws import Flaw, QuestionnaireInvalid
from gongmun.surveys.questionnaire.freezing import StoredDamaged, canonical, digest, restore
from gongmun.surveys.questionnaire.items import Item, Kind, Option, Page, Questionnaire
from gongmun.surveys.questionnaire.pages import (
    PageNotAsked,
    PageView,
    asked_pages,
    view,
)
from gongmun.surveys.questionnaire.reading import Reading, load, read
from gongmun.surveys.questionnaire.refusals import AnswerFlaw, Refusal
from gongmun.surveys.questionnaire.samples import SAMPLES, sample
from gongmun.surveys.questionnaire.sheets import SheetReader
from gongmun.surveys.questionnaire.trends import catalogue, changed, load_trends, shared

__all__ = [
    "SAMPLES",
    "Answer",
    "AnswerFlaw",
    "Checked",
    "Flaw",
    "Item",
    "Kind",
    "Measure",
    "Missing",
    "Option",
    "Page",
    "PageNotAsked",
    "PageView",
    "Questionnaire",
    "QuestionnaireInvalid",
    "Reading",
    "Refusal",
    "SheetReader",
    "StoredDamaged",
    "Variable",
    "asked_pages",
    "canonical",
    "catalogue",
    "changed",
    "check_answers",
    "codebook",
    "digest",
    "load",
    "load_trends",
    "read",
    "restore",
    "sample",
    "shared",
    "view",
]
