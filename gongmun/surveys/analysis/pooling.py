"""The groups that tables are broken down by: how large they are, and those that are too small made one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from gongmun.surveys.analysis.suppression import MINIMUM
from gongmun.surveys.analysis.variables import OUTSIDE, Option, Variable, coded
from gongmun.text import Bilingual

# The code of a pooled group: beyond any code of a questionnaire.
POOLED = 9_999


def group_sizes(
    answers: pd.DataFrame, demographics: Sequence[Variable]
) -> Mapping[str, Mapping[int, int]]:
    """How many rows each group of each demographic has, by its name and code: the sizes of the report.

    Raises:
        ColumnsMissing, UnknownAnswers: the codebook and the answers do not agree.
    """
    sizes = {}
    for variable in demographics:
        (question,) = coded(answers, variable)
        counts = np.bincount(
            question.codes[question.codes >= 0], minlength=len(question.options)
        ).tolist()
        sizes[variable.name] = {
            option.code: n for option, n in zip(question.options, counts, strict=True)
        }
    return sizes


def pool(
    answers: pd.DataFrame, demographic: Variable, *, minimum: int = MINIMUM
) -> tuple[Variable, pd.Series]:
    """A demographic whose groups under the minimum are one, with the next smallest where needed.

    Returns the variable, whose column is `<name>_pooled` and whose pooled group stands last and names what is
    in it, and that column's values; both as they were where no group is too small.

    Raises:
        ColumnsMissing, UnknownAnswers: the codebook and the answers do not agree.
    """
    (question,) = coded(answers, demographic)
    counts = np.bincount(
        question.codes[question.codes >= 0], minlength=len(question.options)
    ).tolist()
    small = [at for at, n in enumerate(counts) if 0 < n < minimum]
    if not small:
        return demographic, answers[demographic.columns[0]]
    others = sorted((n, at) for at, n in enumerate(counts) if n >= minimum)
    while others and sum(counts[at] for at in small) < minimum:
        small.append(others.pop(0)[1])
    names = [question.options[at].label for at in sorted(small)]
    label = Bilingual(ko="·".join(n.ko for n in names), en=", ".join(n.en for n in names))
    kept = tuple(option for at, option in enumerate(question.options) if at not in small)
    column = f"{demographic.columns[0]}_pooled"
    is_small = np.isin(question.codes, small) & (question.codes != OUTSIDE)
    return (
        replace(demographic, columns=(column,), options=(*kept, Option(code=POOLED, label=label))),
        answers[demographic.columns[0]].mask(is_small, POOLED).rename(column),
    )
