"""Verify (검증) a draw from its published files alone: each step is done again, and what differs is said."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gongmun.surveys.panels.drawing import draw
from gongmun.surveys.panels.grouping import crowded
from gongmun.surveys.panels.lottery import LARGEST_GAP
from gongmun.surveys.panels.pool import Pool
from gongmun.surveys.panels.publishing import (
    COMMITMENT,
    DRAW,
    FILES,
    LOTTERY,
    POOL,
    Committed,
    Published,
    PublishedInvalid,
    Revealed,
    chances_by_id,
    read_commitment,
    read_draw,
    read_lottery,
    read_pool_file,
)
from gongmun.surveys.panels.region import region, worthiest
from gongmun.surveys.panels.seeds import commitment, draw_key, sha256
from gongmun.surveys.panels.ticketing import lossy
from gongmun.text import Bilingual

# What is lost by writing chances with 12 digits, and by the solver's arithmetic.
_ROUNDING = 1e-7


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One check: what was looked at, whether it holds, and what was found."""

    name: Bilingual
    passed: bool
    found: Bilingual


def verify(files: Mapping[str, bytes]) -> Sequence[Check]:
    """The checks of the four files by name, in the order of the steps. All pass, or the draw is not as published.

    Where a file is missing or unreadable, the steps that need it are left out.
    """
    missing = [name for name in FILES if name not in files]
    if missing:
        return [
            _check("파일", "files", False, f"없음: {name}", f"missing: {name}") for name in missing
        ]
    checks: list[Check] = []
    try:
        committed, revealed = read_commitment(files[COMMITMENT]), read_draw(files[DRAW])
        checks += _hashes(files, committed, revealed)
        pool = read_pool_file(files[POOL])
        checks += _lottery(pool, read_lottery(files[LOTTERY], pool), files, revealed)
    except PublishedInvalid as error:
        checks.append(_check("파일", "files", False, error.message_ko, error.message_en))
    return checks


def _hashes(files: Mapping[str, bytes], committed: Committed, revealed: Revealed) -> list[Check]:
    again = commitment(
        revealed.seed, committed.pool_sha256, committed.lottery_sha256, committed.source
    )
    return [
        _same("명단 해시", "pool hash", sha256(files[POOL]), committed.pool_sha256),
        _same("추첨안 해시", "lottery hash", sha256(files[LOTTERY]), committed.lottery_sha256),
        _same("시드 확약", "commitment", again, committed.commitment),
        _public(committed, revealed),
    ]


def _lottery(
    pool: Pool, published: Published, files: Mapping[str, bytes], revealed: Revealed
) -> list[Check]:
    lottery, said = published.lottery, revealed.draw
    key = draw_key(revealed.seed, sha256(files[LOTTERY]), revealed.public)
    again = draw(pool, lottery.grouping, lottery.tickets, key)
    return [
        _same("추첨안의 명단", "pool of the lottery", sha256(files[POOL]), published.pool_sha256),
        *_tickets(pool, published),
        _chances(pool, published),
        _proof(published),
        _same("추첨권", "ticket", f"{again.ticket:03}", f"{said.ticket:03}"),
        _people("선정자", "members", again.members, said.members),
        _people("예비자 순서", "reserves", again.reserves, said.reserves),
        _panel(pool, published, said.members),
    ]


def _public(committed: Committed, revealed: Revealed) -> Check:
    name = ("공개 난수", "public number")
    if bool(committed.source) is not bool(revealed.public):
        return _check(
            *name,
            False,
            f"예고: {committed.source or '없음'}, 사용: {revealed.public or '없음'}",
            f"announced: {committed.source or 'none'}, used: {revealed.public or 'none'}",
        )
    if not revealed.public:
        return _check(
            *name,
            True,
            "없음: 시드를 고른 기관이 결과를 미리 알 수 있었습니다.",
            "none: whoever chose the seed could have known the outcome.",
        )
    return _check(
        *name,
        True,
        f"{committed.source} = {revealed.public} (원출처에서 확인해 주십시오)",
        f"{committed.source} = {revealed.public} (look it up at its source)",
    )


def _tickets(pool: Pool, published: Published) -> list[Check]:
    lottery = published.lottery
    allowed = region(lottery.grouping, lottery.quotas)
    tickets = np.array(lottery.tickets, dtype=float)
    count = len(tickets)
    bad = ", ".join(
        [str(number) for number, ticket in enumerate(tickets) if not allowed.holds(ticket)][:10]
    )
    # As `lottery` makes them: whatever ticket comes out, the draw can keep one person a household.
    full = crowded(pool, lottery.grouping, (tickets.max(axis=0) / allowed.people).tolist())
    return [
        _check(
            "할당",
            "quotas",
            not bad,
            f"어긋난 추첨권: {bad}" if bad else f"추첨권 {count:,}장이 모두 할당을 지킵니다.",
            f"not met by the tickets {bad}" if bad else f"all {count:,} tickets meet them.",
        ),
        _check(
            "주소",
            "addresses",
            not full,
            "한 주소에서 2명이 뽑힐 수 있는 추첨권이 있습니다."
            if full
            else "어느 추첨권에서도 한 주소에서 1명만 뽑힙니다.",
            "a ticket may seat two of one address." if full else "no ticket seats two of one.",
        ),
    ]


def _chances(pool: Pool, published: Published) -> Check:
    ours = chances_by_id(pool, published.lottery)
    theirs = published.chances
    differing = [id_ for id_ in sorted({*ours, *theirs}) if ours.get(id_) != theirs.get(id_)]
    return _people_check("당첨 확률", "chances", differing, len(ours))


def _proof(published: Published) -> Check:
    """No committee is worth more by the weights, so no lottery can give everybody more than the bound.

    The tickets have to reach it, but for what `make_lottery` may lose. What the file says of its own shortfall counts
    for nothing: who is free to say how unfair a lottery is can prove any.
    """
    lottery = published.lottery
    proof, whole = lottery.proof, region(lottery.grouping, lottery.quotas)
    weights = np.array(proof.weights)
    best = worthiest(whole, weights / whole.people, exactly=True)
    bound = best.bound / weights.sum() if best and weights.min() >= 0 < weights.sum() else 1.0
    least = float(min(lottery.chances()))
    due = lossy(min(bound, proof.bound)) - LARGEST_GAP - 2 * _ROUNDING
    ko = f"가장 낮은 확률 {least:.4%}, 어떤 추첨도 넘을 수 없는 값 {bound:.4%}(공개 {proof.bound:.4%})"
    en = f"the smallest chance is {least:.4%}; no lottery exceeds {bound:.4%} ({proof.bound:.4%} as published)"
    if bound > proof.bound + _ROUNDING:
        ko += ". 공개한 값은 증명되지 않습니다."
        en += ". The published value is not proven."
    if least < due:
        ko += f". 추첨권 반올림으로 낮아질 수 있는 {due:.4%}에 미치지 못합니다: 가장 공정한 추첨이 아닙니다."
        en += f". Rounding to tickets may lower it to {due:.4%}, not further: this is not the fairest lottery."
    passed = bound <= proof.bound + _ROUNDING and least >= due
    return _check("공정성 증명", "proof of fairness", passed, ko, en)


def _panel(pool: Pool, published: Published, members: Sequence[str]) -> Check:
    by_id = {person.id: person for person in pool.people}
    people = [by_id[id_] for id_ in members if id_ in by_id]
    quotas = published.lottery.quotas
    counts = Counter(cell for person in people for cell in quotas.of(person.traits))
    wrong = [
        f"{cell.feature} {cell.value} {counts[place]}"
        for place, cell in enumerate(quotas.cells)
        if not cell.least <= counts[place] <= cell.most
    ]
    households = Counter(person.household for person in people if person.household is not None)
    wrong += [f"household {number}" for number, count in households.items() if count > 1]
    if len(set(members)) != quotas.size or len(people) != len(members):
        wrong.append(f"{len(members)} / {quotas.size}")
    return _check(
        "구성",
        "panel",
        not wrong,
        f"어긋난 칸: {', '.join(wrong)}"
        if wrong
        else f"{quotas.size}명이 할당을 지키고, 주소가 겹치지 않습니다.",
        f"these do not hold: {', '.join(wrong)}"
        if wrong
        else f"{quotas.size} people meet the quotas, one an address.",
    )


def _people(ko: str, en: str, ours: Sequence[str], theirs: Sequence[str]) -> Check:
    differing = [] if list(ours) == list(theirs) else sorted({*ours} ^ {*theirs})
    if ours != theirs and not differing:
        return _check(ko, en, False, "순서가 다릅니다.", "the order differs.")
    return _people_check(ko, en, differing, len(ours))


def _people_check(ko: str, en: str, differing: Sequence[str], count: int) -> Check:
    if not differing:
        return _check(ko, en, True, f"{count:,}명이 같습니다.", f"{count:,} people, the same.")
    names = ", ".join(differing[:10])
    return _check(
        ko,
        en,
        False,
        f"다른 사람 {len(differing):,}명: {names}",
        f"{len(differing):,} people differ: {names}",
    )


def _same(ko: str, en: str, ours: str, theirs: str) -> Check:
    if ours == theirs:
        return _check(ko, en, True, ours, "the same")
    return _check(
        ko,
        en,
        False,
        f"다시 계산한 값 {ours}, 공개된 값 {theirs}",
        "computed again, it differs from what was published",
    )


def _check(ko: str, en: str, passed: bool, found_ko: str, found_en: str) -> Check:
    return Check(
        name=Bilingual(ko=ko, en=en), passed=passed, found=Bilingual(ko=found_ko, en=found_en)
    )
