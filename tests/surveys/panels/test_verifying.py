"""Verification: the published files alone, in this product and without it, and whatever is changed in them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongmun.settings import PROJECT_ROOT
from gongmun.surveys.panels.publishing import COMMITMENT, DRAW, FILES, LOTTERY, POOL, canonical
from gongmun.surveys.panels.seeds import commitment, sha256
from gongmun.surveys.panels.steps import (
    CommitmentBroken,
    PublicNumberMissing,
    SeedInvalid,
    commit,
    fix_lottery,
    reveal,
)
from gongmun.surveys.panels.verifying import verify
from tests.surveys.panels.conftest import PUBLIC, SEED, SOURCE, Drawn, drawn
from tests.surveys.panels.pools import pool_of, quotas_of


@pytest.fixture(scope="module")
def small() -> Drawn:
    """Six drawn from forty, many of whom share an address, some by threes and fours."""
    pool = pool_of(
        *(
            (
                "FM"[n % 2],
                ("old", "young")[n % 3 == 0],
                ("east", "west")[n % 5 < 2],
                f"{n * n % 31}",
            )
            for n in range(40)
        )
    )
    return drawn(pool, quotas_of(6, F=(2, 3), young=(1, 3), west=(2, 4)))


def failing(files: dict[str, bytes]) -> list[str]:
    """The English names of the checks that fail."""
    return [check.name.en for check in verify(files) if not check.passed]


def edited(files: dict[str, bytes], name: str, **values: object) -> dict[str, bytes]:
    """The files with values of one of them changed, in its form."""
    return files | {name: canonical(json.loads(files[name]) | values)}


def test_what_was_drawn_is_verified(small: Drawn, of_2000: Drawn) -> None:
    for each in (small, of_2000):
        checks = verify(each.files)
        assert len(checks) == 13
        assert all(check.passed for check in checks)
        assert any(PUBLIC in check.found.ko for check in checks)


def test_the_program_of_the_docs_draws_the_same(small: Drawn, tmp_path: Path) -> None:
    """It uses Python's standard library only, and was written from the rules."""
    page = (PROJECT_ROOT / "docs" / "sortition.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    for name, content in small.files.items():
        (tmp_path / name).write_bytes(content)

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-I", "-c", program, str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=120,
        )

    ended = run()
    assert (ended.returncode, ended.stdout) == (0, "OK\n"), ended.stderr
    draw = json.loads(small.files[DRAW])
    draw["members"][0], draw["reserves"][0] = draw["reserves"][0], draw["members"][0]
    (tmp_path / DRAW).write_bytes(canonical(draw))
    assert run().returncode == 1


@settings(max_examples=150)
@given(st.data())
def test_any_byte_that_is_changed_added_or_missing_is_noticed(
    small: Drawn, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(FILES))
    content = small.files[name]
    place = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != content[place]))
    changed = data.draw(
        st.sampled_from(
            [
                content[:place] + bytes([byte]) + content[place + 1 :],
                content[:place] + bytes([byte]) + content[place:],
                content[:place] + content[place + 1 :],
            ]
        )
    )
    if changed != content:
        assert failing(small.files | {name: changed})


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(small: Drawn, name: str) -> None:
    (check,) = verify({key: value for key, value in small.files.items() if key != name})
    assert not check.passed
    assert name in check.found.ko


@pytest.mark.parametrize("content", [b"", b"null\n", b"[]\n", b"{}\n", b"\xff", b"1e999\n"])
@pytest.mark.parametrize("name", FILES)
def test_nonsense_is_no_traceback(small: Drawn, name: str, content: bytes) -> None:
    assert failing(small.files | {name: content})


def test_it_is_said_what_differs(small: Drawn) -> None:
    draw = json.loads(small.files[DRAW])
    members, reserves = draw["members"], draw["reserves"]
    swapped = edited(
        small.files,
        DRAW,
        members=sorted([*members[1:], reserves[0]]),
        reserves=[members[0], *reserves[1:]],
    )
    assert {"members", "reserves"} <= set(failing(swapped))
    (found,) = (check.found for check in verify(swapped) if check.name.en == "members")
    assert members[0] in found.en
    assert reserves[0] in found.en
    assert failing(edited(small.files, DRAW, reserves=reserves[::-1])) == ["reserves"]
    assert failing(edited(small.files, DRAW, ticket=draw["ticket"] + 1)) == ["ticket"]
    assert "commitment" in failing(edited(small.files, DRAW, seed="0" * 64))
    assert "members" in failing(edited(small.files, DRAW, public="1 2 3 4 5 6"))
    assert failing(edited(small.files, COMMITMENT, source="other")) == ["commitment"]


@pytest.mark.parametrize(
    ("change", "noticed"),
    [
        ("ticket", "quotas"),
        ("chance", "chances"),
        ("bound", "proof of fairness"),
        ("unfair", "proof of fairness"),
        ("unfair and said so", "proof of fairness"),
    ],
)
def test_a_lottery_that_was_committed_to_has_to_be_sound(
    small: Drawn, change: str, noticed: str
) -> None:
    """Whoever publishes, hashes and all, is not believed either."""
    lottery = json.loads(small.files[LOTTERY])
    match change:
        case "ticket":
            lottery["tickets"][0] = lottery["tickets"][0][::-1]
            lottery["tickets"][0][0] += 1
        case "chance":
            lottery["chances"]["p0"] = 0.5
        case "bound":
            lottery["proof"]["bound"] -= 0.01
        case "unfair" | "unfair and said so":
            lottery["tickets"] = [lottery["tickets"][0]] * 1_000
            if change != "unfair":
                # The office keeps one committee of its choice, with a bound that holds and a gap that is owned to.
                lottery["proof"]["value"] = 0.0
                lottery["proof"]["gap"] = lottery["proof"]["bound"]
    for place, each in enumerate(lottery["groups"]):
        each["seats"] = sum(ticket[place] for ticket in lottery["tickets"])
    files = small.files | {LOTTERY: canonical(lottery)}
    files |= commit(files, SEED, SOURCE)
    files |= reveal(files, SEED, PUBLIC)
    assert noticed in failing(files)


def test_a_lottery_that_owns_to_be_unfair_is_no_fair_one() -> None:
    """Everybody could have 1/200. Women alone are drawn, and all else is honest."""
    pool = pool_of(*(("FM"[n % 2], "old", "east", f"{n}") for n in range(400)))
    files = fix_lottery(pool, quotas_of(2))
    lottery = json.loads(files[LOTTERY])
    lottery["tickets"] = [[2, 0]] * 1_000
    for each, seats in zip(lottery["groups"], (2_000, 0), strict=True):
        each["seats"] = seats
    for person in pool.people:
        lottery["chances"][person.id] = 0.01 if person.traits[0] == "F" else 0.0
    lottery["proof"] |= {"value": 0.0, "gap": lottery["proof"]["bound"]}
    files |= {LOTTERY: canonical(lottery)}
    files |= commit(files, SEED, SOURCE)
    files |= reveal(files, SEED, PUBLIC)
    assert failing(files) == ["proof of fairness"]
    (found,) = (check.found for check in verify(files) if not check.passed)
    assert "가장 공정한 추첨이 아닙니다" in found.ko
    assert "not the fairest lottery" in found.en


def test_a_ticket_that_may_seat_two_of_one_address_is_noticed() -> None:
    """Two live together, and one lives alone, all alike: with two of the three seated, two may be of one address."""
    pool = pool_of(*(("F", "old", "east", home) for home in "aab"))
    files = fix_lottery(pool, quotas_of(2))
    lottery = json.loads(files[LOTTERY])
    alike = {"traits": ["F", "old", "east"], "household": [], "people": 3, "seats": 2_000}
    lottery |= {"groups": [alike], "tickets": [[2]] * 1_000}
    lottery["chances"] = {f"p{place}": round(2 / 3, 12) for place in range(3)}
    lottery["proof"] |= {"weights": [1.0], "bound": round(2 / 3, 12), "value": round(2 / 3, 12)}
    files |= {LOTTERY: canonical(lottery)}
    files |= commit(files, SEED, "")
    files |= reveal(files, SEED, "")
    assert "addresses" in failing(files)


def test_a_draw_without_a_public_number_says_so(small: Drawn) -> None:
    files = {name: small.files[name] for name in (POOL, LOTTERY)}
    files |= commit(files, SEED, "")
    files |= reveal(files, SEED, "")
    checks = verify(files)
    assert all(check.passed for check in checks)
    assert any("미리 알 수 있었습니다" in check.found.ko for check in checks)


def test_only_what_was_committed_to_is_drawn(small: Drawn) -> None:
    files = {name: small.files[name] for name in (POOL, LOTTERY, COMMITMENT)}
    assert reveal(files, SEED, PUBLIC)[DRAW] == small.files[DRAW]
    with pytest.raises(CommitmentBroken):
        reveal(files, "0" * 64, PUBLIC)
    with pytest.raises(CommitmentBroken):
        reveal(files | {POOL: files[POOL] + b"p99,F,old,east,\n"}, SEED, PUBLIC)
    with pytest.raises(PublicNumberMissing):
        reveal(files, SEED, "")
    with pytest.raises(PublicNumberMissing):
        reveal(files | commit(files, SEED, ""), SEED, PUBLIC)
    for seed in ("", "0" * 63, "0" * 64 + "\n", "X" * 64):
        with pytest.raises(SeedInvalid):
            commit(files, seed, SOURCE)


def test_the_published_files_name_no_address() -> None:
    pool = pool_of(("F", "old", "east", "세종대로 209"), ("M", "old", "east", "세종대로 209"))
    made = drawn(pool, quotas_of(1))
    assert not [name for name, content in made.files.items() if "세종대로" in content.decode()]
    said = json.loads(made.files[COMMITMENT])
    assert said["pool_sha256"] == sha256(made.files[POOL])
    assert said["commitment"] == commitment(
        SEED, said["pool_sha256"], sha256(made.files[LOTTERY]), SOURCE
    )
