"""Invented answers to a questionnaire: of people spread as the population is, whose opinions lean with their age."""

from random import Random

from gongmun.surveys.fieldwork.models import AnswerSheet, Mode
from gongmun.surveys.panels.margins import margins
from gongmun.surveys.questionnaire import Item, Kind, Questionnaire, check_answers

_WISHES = (
    "답변을 더 빨리 받고 싶습니다.",
    "답변을 더 빨리 받고 싶습니다",
    "결과를 알려 주면 좋겠습니다.",
    "제 번호 010-1234-5678로 연락해 주십시오.",
    None,
)


def sheets(
    questionnaire: Questionnaire, count: int, *, seed: int = 6, lean: float = 0.0, cycle_id: int = 1
) -> list[AnswerSheet]:
    """So many sheets that were handed in. The same seed gives the same people; `lean` moves their opinions."""
    people = Random(seed)
    opinions = Random(seed + round(lean * 1000))
    known = margins()
    cells, weights = zip(*known.sex_age.items(), strict=True)
    found = []
    for number in range(count):
        ((sex, age),) = people.choices(cells, weights)
        (province,) = people.choices(list(known.provinces), list(known.provinces.values()))
        raw = {
            item.code: answer(item, opinions, lean + (0.2 if age in ("60-69", "70+") else 0.0))
            for _, item in questionnaire.items()
        }
        checked = check_answers(questionnaire, raw, submit=True)
        assert not list(checked.flaws), checked.flaws
        found.append(
            AnswerSheet(
                id=f"{seed:04x}{number:028x}",
                cycle_id=cycle_id,
                key=f"{seed:04x}{number:060x}",
                pair_key=f"{number:064x}",
                mode=Mode.WEB if number % 9 else Mode.PAPER,
                sex=sex,
                age_group=age,
                province=province,
                answers=dict(checked.stored()),
                submitted_on=known.as_of,
                weight=None,
            )
        )
    return found


def answer(item: Item, random: Random, lean: float = 0.0) -> object:
    """A raw answer to any item, as the pages take it."""
    codes = [option.code for option in item.options if not option.other]
    match item.kind:
        case Kind.TEXT:
            return random.choice(_WISHES)
        case Kind.NUMBER:
            assert item.bounds is not None
            return str(random.randint(int(item.bounds.least), min(int(item.bounds.most), 20)))
        case Kind.MULTIPLE:
            plain = [o.code for o in item.options if not o.other and not o.exclusive]
            return random.sample(plain, random.randint(1, min(3, len(plain))))
        case Kind.RANKING:
            return random.sample(codes, item.top or 1)
        case _ if item.dont_know and random.random() < 0.06:
            return {"missing": "dont_know"}
        case _ if item.kind.points:
            at = (0.55 + lean) * (len(codes) - 1) + random.gauss(0, 0.24 * len(codes))
            return codes[round(min(max(at, 0), len(codes) - 1))]
        case _:
            return random.choices(codes, [1 / (at + 1) for at in range(len(codes))])[0]


def opinions(
    questionnaire: Questionnaire, count: int, *, lean: float = 0.0
) -> list[dict[str, object]]:
    """Raw answers of so many people to every item of a questionnaire."""
    random = Random(7)
    return [
        {item.code: answer(item, random, lean) for _, item in questionnaire.items()}
        for _ in range(count)
    ]


def invented(count: int, *, lean: float = 0.0) -> list[dict[str, object]]:
    """Raw answers of so many people to the short questionnaire of the fieldwork's tests."""
    random = Random(7)
    found: list[dict[str, object]] = []
    for number in range(count):
        took_part = random.random() < 0.7
        point = round(min(max(3 + lean + random.gauss(0, 1), 1), 5))
        raw: dict[str, object] = {"took_part": 1 if took_part else 2}
        if took_part:
            raw["satisfied"] = point
        if number % 3 == 0:
            raw["wishes"] = _WISHES[number % 4] or ""
        found.append(raw)
    return found
