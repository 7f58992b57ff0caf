"""`gongmun panel`: a draw in its public steps, as a person takes them."""

import json
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Gongmun
from tests.cli.test_bad_input import refused

QUOTAS = "feature,value,min,max\nsex,F,2,3\nsex,M,2,3\nage,old,2,3\nage,young,2,3\n"
NUMBER = "3 11 17 24 38 42"


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    """Forty people at sixteen addresses."""
    file = tmp_path / "pool.csv"
    lines = [
        f"p{n:02},{'FM'[n % 2]},{('old', 'young')[n % 3 == 0]},세종대로 {n * n % 31}"
        for n in range(40)
    ]
    file.write_text("id,sex,age,address\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def quotas(tmp_path: Path) -> Path:
    """A file of quotas for five."""
    file = tmp_path / "quotas.csv"
    file.write_text(QUOTAS, encoding="utf-8")
    return file


@pytest.fixture
def fixed(gongmun: Gongmun, pool: Path, quotas: Path, tmp_path: Path) -> Path:
    """The folder after step 1."""
    out = tmp_path / "public"
    ended = gongmun("panel", "lottery", pool, "--size", 5, "--quotas", quotas, "--out", out)
    assert ended.code == 0, ended.err
    assert "1단계를 마쳤습니다: 참여 희망자 40명, 인원 5명, 추첨권 1,000장" in ended.flat
    assert "gongmun panel commit" in ended.flat
    return out


def test_the_quotas_of_the_residents_are_shown_and_saved(gongmun: Gongmun, tmp_path: Path) -> None:
    shown = gongmun("panel", "quotas", "--size", 200)
    assert shown.code == 0
    assert "sido 경기도 52 53" in shown.flat
    assert "행정안전부 주민등록 인구통계(2025년 5월)" in shown.flat
    file = tmp_path / "quotas.csv"
    assert gongmun("panel", "quotas", "--size", 200, "--output", file).code == 0
    assert "sido,경기도,52,53\n" in file.read_text(encoding="utf-8")
    assert gongmun("panel", "quotas", "--size", 0).code == 2


def test_a_draw_from_the_pool_to_its_verification(
    gongmun: Gongmun, fixed: Path, tmp_path: Path
) -> None:
    seed = tmp_path / "seed.txt"
    committed = gongmun(
        "panel", "commit", fixed, "--seed-file", seed, "--source", "로또 6/45 제1255회"
    )
    assert committed.code == 0, committed.err
    early = gongmun("panel", "verify", fixed)
    assert (early.code, "아직 추첨하지 않았습니다" in early.flat) == (1, True)
    assert "공개된 대로 추첨된 것이 아닙니다" not in early.flat
    commitment = json.loads((fixed / "commitment.json").read_bytes())
    assert commitment["commitment"] in committed.flat
    assert commitment["source"] == "로또 6/45 제1255회"
    assert stat.S_IMODE(seed.stat().st_mode) == 0o600
    secret = seed.read_text(encoding="utf-8").strip()
    assert secret not in committed.out
    assert not [file for file in fixed.iterdir() if secret in file.read_text(encoding="utf-8")]

    said = refused(
        gongmun("panel", "draw", fixed, "--seed-file", seed), "panels.public_number_missing"
    )
    assert "제1255회" in said
    drawn = gongmun("panel", "draw", fixed, "--seed-file", seed, "--public", NUMBER)
    assert drawn.code == 0, drawn.err
    members = json.loads((fixed / "draw.json").read_bytes())["members"]
    assert len(members) == 5
    assert all(id_ in drawn.out for id_ in members)
    assert "선정자 5명" in drawn.flat

    verified = gongmun("panel", "verify", fixed)
    assert verified.code == 0
    assert verified.out.count("일치") == verified.out.count("불일치") + 13 + 1
    assert "모두 일치합니다" in verified.flat
    assert not [file for file in fixed.iterdir() if "세종대로" in file.read_text(encoding="utf-8")]

    draw = json.loads((fixed / "draw.json").read_bytes())
    (fixed / "draw.json").write_text(
        json.dumps(draw | {"ticket": draw["ticket"] + 1}, separators=(",", ":"), sort_keys=True)
        + "\n",
        encoding="utf-8",
    )
    changed = gongmun("panel", "verify", fixed)
    assert changed.code == 1
    assert changed.out.count("불일치") == 2  # the check, and what is said of it
    assert "공개된 대로 추첨된 것이 아닙니다" in changed.flat


def test_without_a_public_number_it_is_said(gongmun: Gongmun, fixed: Path, tmp_path: Path) -> None:
    seed = tmp_path / "seed.txt"
    committed = gongmun("panel", "commit", fixed, "--seed-file", seed)
    assert "공개 난수를 예고하지 않았습니다" in committed.flat
    refused(
        gongmun("panel", "draw", fixed, "--seed-file", seed, "--public", NUMBER),
        "panels.public_number_missing",
    )
    assert gongmun("panel", "draw", fixed, "--seed-file", seed).code == 0
    assert "미리 알 수 있었습니다" in gongmun("panel", "verify", fixed).flat


def test_nothing_that_was_published_is_written_over(
    gongmun: Gongmun, fixed: Path, pool: Path, quotas: Path, tmp_path: Path
) -> None:
    before = (fixed / "lottery.json").read_bytes()
    again = gongmun("panel", "lottery", pool, "--size", 5, "--quotas", quotas, "--out", fixed)
    assert "pool.csv" in refused(again, "panel.already_there")
    assert (fixed / "lottery.json").read_bytes() == before
    seed = tmp_path / "seed.txt"
    seed.write_text("mine", encoding="utf-8")
    refused(gongmun("panel", "commit", fixed, "--seed-file", seed), "panel.already_there")
    assert seed.read_text(encoding="utf-8") == "mine"
    inside = fixed / "seed.txt"
    refused(gongmun("panel", "commit", fixed, "--seed-file", inside), "panel.seed_published")
    assert not inside.exists()
    assert gongmun("panel", "commit", fixed, "--seed-file", tmp_path / "new.txt").code == 0
    other = tmp_path / "other.txt"
    refused(gongmun("panel", "commit", fixed, "--seed-file", other), "panel.already_there")
    assert not other.exists()
    refused(gongmun("panel", "draw", fixed, "--seed-file", seed), "panels.commitment_broken")


def test_quotas_that_cannot_be_met_are_explained_by_cell(
    gongmun: Gongmun, pool: Path, tmp_path: Path
) -> None:
    quotas = tmp_path / "quotas.csv"
    quotas.write_text(QUOTAS + "age,teen,1,1\n", encoding="utf-8")
    asked = ("--size", 5, "--quotas", quotas)
    explained = gongmun("panel", "explain", pool, *asked)
    assert explained.code == 1
    assert "할당을 채울 수 없습니다" in explained.flat
    assert "age teen 1~1 0 0 0~1" in explained.flat
    said = refused(
        gongmun("panel", "lottery", pool, *asked, "--out", tmp_path / "public"),
        "panels.quotas_infeasible",
    )
    assert "age teen: 할당 1~1명, 명단 0명(주소 0곳), 제안 0~1명" in said
    assert not (tmp_path / "public").exists()
    refused(
        gongmun("panel", "explain", pool, "--size", 9, "--quotas", quotas), "panels.quotas_invalid"
    )


def test_a_pool_of_too_few_addresses_is_said(gongmun: Gongmun, pool: Path, tmp_path: Path) -> None:
    quotas = tmp_path / "quotas.csv"
    quotas.write_text("feature,value,min,max\nsex,F,0,18\nsex,M,0,18\n", encoding="utf-8")
    ended = gongmun("panel", "explain", pool, "--size", 18, "--quotas", quotas)
    assert "주소가 16곳뿐이어서 18명" in refused(ended, "panels.pool_too_small")


def test_quotas_that_can_be_met(gongmun: Gongmun, pool: Path, quotas: Path) -> None:
    explained = gongmun("panel", "explain", pool, "--size", 5, "--quotas", quotas)
    assert explained.code == 0
    assert "40명으로 할당을 모두 채울 수 있습니다" in explained.flat


def test_what_is_wrong_is_named(gongmun: Gongmun, pool: Path, quotas: Path, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "public")
    broken = tmp_path / "broken.csv"
    broken.write_text("id,sex,age,address\np1,F,old,a\np1,X,old,b\n", encoding="utf-8")
    said = refused(
        gongmun("panel", "lottery", broken, "--size", 5, "--quotas", quotas, *out),
        "panels.pool_invalid",
    )
    assert "3번째 줄: id p1이 2번째 줄에도" in said
    assert "sex 'X'" in said
    missing = gongmun("panel", "lottery", tmp_path / "none.csv", "--size", 5, *out)
    refused(missing, "cli.file_not_read")
    refused(
        gongmun("panel", "lottery", pool, "--size", 32, *out),
        "panels.pool_invalid",  # the residents' quotas have other features
    )
    ended = gongmun("panel", "verify", tmp_path)
    assert ended.code == 1
    assert ended.flat.count("missing: ") == 3  # the pool of this folder is not a published one


def test_a_folder_that_is_not_there_cannot_be_verified(gongmun: Gongmun, tmp_path: Path) -> None:
    ended = gongmun("panel", "verify", tmp_path / "none")
    assert ended.code == 1
    assert ended.flat.count("missing: ") == 4
