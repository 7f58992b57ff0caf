"""Volunteers as the bench and the tests of the lottery draw from: 2,000 people by sex, age group and province.

The numbers are counted from a synthetic pool of this project's own: drawn from the margins of resident registration (May
2025, Ministry of the Interior and Safety), with the bias of volunteers, so women, the young and the oldest are few.
Addresses are made here, so that about as many share one as in that pool.
"""

import random

from gongmun.surveys.panels.margins import margins
from gongmun.surveys.panels.pool import Pool, assemble
from gongmun.surveys.panels.quotas import from_margins

# A row for each sex and age group, in the order of the margins; a column for each province, in their order.
COUNTS = (
    (21, 4, 0, 4, 3, 5, 1, 1, 10, 0, 2, 2, 6, 3, 0, 6, 1),  # F 18-29
    (31, 4, 3, 9, 3, 5, 0, 0, 35, 2, 4, 0, 4, 7, 1, 3, 2),  # F 30-39
    (37, 8, 3, 9, 1, 1, 3, 1, 38, 7, 4, 2, 7, 7, 1, 4, 8),  # F 40-49
    (44, 8, 16, 9, 9, 3, 6, 3, 58, 6, 9, 5, 12, 19, 2, 11, 8),  # F 50-59
    (23, 10, 13, 16, 1, 7, 3, 0, 40, 6, 9, 9, 9, 11, 3, 5, 4),  # F 60-69
    (16, 3, 6, 3, 3, 1, 0, 1, 15, 1, 0, 2, 2, 6, 2, 4, 1),  # F 70+
    (24, 8, 3, 3, 3, 1, 4, 2, 35, 2, 2, 6, 7, 9, 0, 1, 3),  # M 18-29
    (38, 8, 6, 6, 3, 5, 1, 0, 39, 4, 1, 5, 3, 5, 1, 2, 3),  # M 30-39
    (67, 14, 10, 15, 8, 7, 5, 4, 63, 5, 12, 13, 12, 17, 1, 9, 11),  # M 40-49
    (72, 19, 14, 16, 4, 10, 6, 2, 93, 12, 17, 14, 25, 12, 5, 10, 7),  # M 50-59
    (59, 23, 13, 19, 8, 4, 11, 4, 71, 7, 11, 16, 9, 14, 4, 8, 6),  # M 60-69
    (18, 3, 1, 2, 1, 1, 1, 0, 22, 3, 3, 5, 6, 6, 0, 0, 1),  # M 70+
)
_ADDRESSES, _SEED = 1_720, 2_000


def volunteers() -> Pool:
    """The pool of 2,000, of whom some 1,360 share an address with another."""
    known, chance = margins(), random.Random(_SEED)
    kinds = [
        (sex, age, province)
        for (sex, age), row in zip(known.sex_age, COUNTS, strict=True)
        for province, people in zip(known.provinces, row, strict=True)
        for _ in range(people)
    ]
    chance.shuffle(kinds)
    return assemble(
        from_margins(known, 200).features,
        (
            (f"p{number:04}", traits, f"{chance.randrange(_ADDRESSES)}")
            for number, traits in enumerate(kinds)
        ),
    )
