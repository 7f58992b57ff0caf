"""Quotas that no committee meets, explained: the smallest change of bounds after which one does."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from gongmun.errors import GongmunError
from gongmun.surveys.panels.grouping import compositions, group
from gongmun.surveys.panels.pool import Pool
from gongmun.surveys.panels.quotas import Quota, Quotas
from gongmun.surveys.panels.region import region


class PoolTooSmall(GongmunError):
    """Fewer addresses in the pool than seats on the panel: no quota helps."""

    code = "panels.pool_too_small"
    ko = (
        "참여 희망자의 주소가 {have}곳뿐이어서 {size}명을 뽑을 수 없습니다(한 주소에서 1명만). 더 모집하거나 "
        "인원을 줄여 주십시오."
    )
    en = (
        "The pool has {have} addresses, too few for a panel of {size} with one person an address. Recruit more, "
        "or draw a smaller panel."
    )


class QuotasInfeasible(GongmunError):
    """No committee of the pool meets the quotas."""

    code = "panels.quotas_infeasible"
    ko = (
        "이 명단으로는 할당을 모두 채울 수 없습니다. 가장 적게 고치는 방법은 다음과 같습니다. 더 모집하거나 할당 파일을 "
        "고쳐 주십시오.\n{list_ko}"
    )
    en = (
        "No committee of this pool meets the quotas. The smallest change that helps is this one; recruit more, or "
        "edit the file of quotas.\n{list_en}"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Relaxed:
    """A cell whose bounds have to give way: the pool has `have` such people, at `addresses` addresses."""

    cell: Quota
    have: int
    addresses: int
    least: int
    most: int


def relax(pool: Pool, quotas: Quotas) -> Sequence[Relaxed]:
    """The cells to change, with the bounds to give them; none where the quotas can be met.

    The sum of all changes is as small as it can be; there may be other ways of the same sum. One person an
    address and the size of the panel stay as they are.

    Raises:
        PoolTooSmall: there is no panel of this size, whatever the quotas.
    """
    lives = compositions(pool)
    alone = sum(person.household is None for person in pool.people)
    if alone + len(lives) < quotas.size:
        raise PoolTooSmall(have=alone + len(lives), size=quotas.size)
    # All households by their composition: then each committee is one of real people.
    whole = region(group(pool, set(lives.values())), quotas)
    cells, (rows, groups) = len(quotas.cells), whole.rows.shape
    # Seats by group, then what is taken off each minimum, then what is added to each maximum.
    give = np.vstack([np.eye(cells), np.zeros((rows - cells, cells))])
    least = np.array([cell.least for cell in quotas.cells], dtype=float)
    solved = milp(
        np.concatenate([np.zeros(groups), np.ones(2 * cells)]),
        constraints=[
            LinearConstraint(np.hstack([whole.rows, give, 0 * give]), whole.low, np.inf),
            LinearConstraint(np.hstack([whole.rows, 0 * give, -give]), -np.inf, whole.high),
        ],
        integrality=np.ones(groups + 2 * cells),
        bounds=Bounds(0, np.concatenate([whole.people, least, np.full(cells, quotas.size)])),
        options={"mip_rel_gap": 0.0},
    )
    assert solved.x is not None, solved.message
    less, more = np.round(solved.x[groups:]).astype(int).reshape(2, cells)
    return [
        Relaxed(
            cell=cell,
            have=_have(pool, cell),
            addresses=_addresses(pool, cell),
            least=cell.least - int(down),
            most=cell.most + int(up),
        )
        for cell, down, up in zip(quotas.cells, less, more, strict=True)
        if down or up
    ]


def explain(pool: Pool, quotas: Quotas) -> QuotasInfeasible:
    """The error that says cell by cell what there is and what to change."""
    found = relax(pool, quotas)
    return QuotasInfeasible(
        list_ko="\n".join(
            f"- {each.cell.feature} {each.cell.value}: 할당 {each.cell.least}~{each.cell.most}명, 명단 {each.have}명"
            f"(주소 {each.addresses}곳), 제안 {each.least}~{each.most}명"
            for each in found
        ),
        list_en="\n".join(
            f"- {each.cell.feature} {each.cell.value}: {each.cell.least} to {each.cell.most} asked for, "
            f"{each.have} in the pool (at {each.addresses} addresses), proposed {each.least} to {each.most}"
            for each in found
        ),
    )


def _of(pool: Pool, cell: Quota) -> list[int | None]:
    place = pool.features.index(cell.feature)
    return [person.household for person in pool.people if person.traits[place] == cell.value]


def _have(pool: Pool, cell: Quota) -> int:
    return len(_of(pool, cell))


def _addresses(pool: Pool, cell: Quota) -> int:
    households = _of(pool, cell)
    return households.count(None) + len(set(households) - {None})
