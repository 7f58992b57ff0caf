"""A simulated panel and what it does in a wave: all of it follows from a seed, nothing from the clock of the machine."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from gongmun.surveys.panels.margins import margins
from gongmun.surveys.panels.pool import Pool, assemble
from gongmun.surveys.panels.quotas import Quota, Quotas
from gongmun.surveys.panels.steps import commit, fix_lottery, reveal

POOL = 120
SIZE = 48
_SEED = "6c" * 32
QUESTIONS = """
format: 1
code: satisfaction
version: 1
title: {ko: 만족도 조사, en: Satisfaction survey}
pages:
  - code: first
    items:
      - code: took_part
        type: single
        text: {ko: 포럼에 참여하셨습니까?, en: Did you take part in a forum?}
        options:
          - {code: 1, ko: 예, en: 'Yes'}
          - {code: 2, ko: 아니요, en: 'No'}
      - code: satisfied
        type: scale_5
        text: {ko: 얼마나 만족하셨습니까?, en: How satisfied were you?}
        labels: {1: {ko: 매우 불만족, en: Very dissatisfied}, 5: {ko: 매우 만족, en: Very satisfied}}
        show_if: {item: took_part, is: 1}
  - code: last
    items:
      - code: trust
        trend: engagement.trust
        type: scale_0_10
        text:
          ko: 중앙정부를 얼마나 신뢰하거나 신뢰하지 않습니까?
          en: How much do you trust or distrust the national government?
        labels:
          0: {ko: 전혀 신뢰하지 않음, en: No trust at all}
          10: {ko: 전적으로 신뢰함, en: Complete trust}
        dont_know: true
        refused: true
      - code: wishes
        type: text
        required: false
        max_length: 500
        text: {ko: 바라시는 점을 적어 주십시오., en: Tell us your wishes.}
"""


class Way(StrEnum):
    """What somebody does about an invitation."""

    WEB = "web"
    LATE = "late"  # begins before the closing, ends within the grace
    TOO_LATE = "too_late"  # opens the link when the wave is closed
    BEGINS = "begins"  # and never submits
    REFUSES = "refuses"
    PAPER = "paper"
    BOUNCES = "bounces"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a person does in a wave, and on which day of it, counted from the invitation. `answers` are of forms."""

    way: Way
    day: int
    answers: Mapping[str, str]


def pool(seed: int = 6) -> Pool:
    """A pool of people as the population is."""
    random = Random(seed)
    known = margins()
    cells, weights = zip(*known.sex_age.items(), strict=True)
    people = []
    for number in range(POOL):
        ((sex, age),) = random.choices(cells, weights)
        (province,) = random.choices(list(known.provinces), list(known.provinces.values()))
        people.append((f"p{number:03}", (sex, age, province), f"길 {number}"))
    return assemble(("sex", "age_group", "province"), people)


def quotas(people: Pool) -> Quotas:
    """Half of the seats for either sex; ages and provinces as they come."""
    found = []
    for place, feature in enumerate(people.features):
        for value in sorted({each.traits[place] for each in people.people}):
            least, most = (SIZE // 2, SIZE // 2) if feature == "sex" else (0, SIZE)
            found.append(Quota(feature=feature, value=value, least=least, most=most))
    return Quotas(size=SIZE, cells=tuple(found))


def draw(people: Pool) -> dict[str, bytes]:
    """The four files of its lottery."""
    published = fix_lottery(people, quotas(people))
    published |= commit(published, _SEED, "로또 1200회")
    return published | reveal(published, _SEED, "3 9 11 27 30 41")


def contacts(people: Pool) -> bytes:
    """Who is behind the numbers."""
    lines = [f"{each.id},{address(each.id)},시민 {each.id}" for each in people.people]
    return "\n".join(["id,contact,name", *lines]).encode()


def address(number: str) -> str:
    """The mail address of whoever has this number."""
    return f"{number}@people.example"


def plan(number: str, place: int, wave: int) -> Plan:
    """What a member does: the first ones of the panel something special, all others answer if they do."""
    random = Random(f"{number}:{wave}")
    special = [
        *[Way.BOUNCES] * 2,
        *[Way.REFUSES] * 2,
        *[Way.PAPER] * 3,
        *[Way.BEGINS] * 2,
        *[Way.LATE] * 2,
        *[Way.TOO_LATE] * 2,
    ]
    way = special[place] if place < len(special) else Way.WEB
    if way is Way.WEB and random.random() < 0.15:
        way = Way.SILENT
    took_part = random.random() < 0.8
    satisfied = 1 + min(4, int(5 * random.random() ** (1.5 / wave)))
    # What somebody thinks he thinks in the next wave too, more or less, and a little better; and as many think
    # little, something and much of it, so that no part of the scale has to be withheld.
    trust = Random(number).choice((2, 5, 8)) + (random.random() < 0.1 * wave)
    form = _form(took_part, satisfied, trust, random.random() < 0.3)
    return Plan(way=way, day=min(int(random.expovariate(0.3)), 9), answers=dict(form))


def _form(took_part: bool, satisfied: int, trust: int, has_wish: bool) -> Iterator[tuple[str, str]]:
    yield "took_part", "1" if took_part else "2"
    if took_part:
        yield "satisfied", str(satisfied)
    yield "trust", str(trust)
    if has_wish:
        yield "wishes", "제 번호 010-1234-5678로 결과를 알려 주십시오."
