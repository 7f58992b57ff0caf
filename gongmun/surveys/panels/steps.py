"""The three public steps of a draw, from files to files: fix the lottery, commit to a seed, reveal it and draw."""

from collections.abc import Mapping

from gongmun.errors import GongmunError
from gongmun.surveys.panels.drawing import draw
from gongmun.surveys.panels.lottery import TICKETS, make_lottery
from gongmun.surveys.panels.pool import Pool, publish_pool
from gongmun.surveys.panels.publishing import (
    COMMITMENT,
    DRAW,
    LOTTERY,
    POOL,
    Committed,
    Revealed,
    commitment_file,
    draw_file,
    lottery_file,
    read_commitment,
    read_lottery,
    read_pool_file,
)
from gongmun.surveys.panels.quotas import Quotas
from gongmun.surveys.panels.seeds import commitment, draw_key, is_seed, sha256
from gongmun.text import clean_line


class SeedInvalid(GongmunError):
    """A seed that is not 64 hexadecimal digits."""

    code = "panels.seed_invalid"
    ko = "시드는 소문자 16진수 64자리여야 합니다. 확약할 때 저장한 시드 파일을 지정해 주십시오."
    en = "A seed has 64 hexadecimal digits in lower case. Name the file that was written at the commitment."


class CommitmentBroken(GongmunError):
    """The seed, the pool or the lottery is another one than was committed to."""

    code = "panels.commitment_broken"
    ko = (
        "시드·명단·추첨안이 공개한 확약과 맞지 않아 추첨하지 않았습니다. 확약한 때의 시드 파일과 공개 파일을 그대로 사용해 "
        "주십시오."
    )
    en = (
        "Seed, pool and lottery do not fit the published commitment; nothing was drawn. Use the seed and the files "
        "of the day of the commitment, unchanged."
    )


class PublicNumberMissing(GongmunError):
    """A public number was announced, and the draw is to go without; or the other way round."""

    code = "panels.public_number_missing"
    ko = (
        "예고한 공개 난수({source})와 입력한 값({public})이 서로 맞지 않습니다. 예고했으면 그 값을 입력하고, 예고하지 "
        "않았으면 비워 두십시오."
    )
    en = (
        "The public number announced ({source}) does not go with the one given ({public}). Give the one that was "
        "announced, and none where none was."
    )


def fix_lottery(pool: Pool, quotas: Quotas, tickets: int = TICKETS) -> dict[str, bytes]:
    """Step 1: `pool.csv` and `lottery.json`, to be published. Raises what `make_lottery` raises."""
    published = publish_pool(pool)
    lottery = make_lottery(pool, quotas, tickets)
    return {POOL: published, LOTTERY: lottery_file(pool, sha256(published), lottery)}


def commit(files: Mapping[str, bytes], seed: str, source: str) -> dict[str, bytes]:
    """Step 2: `commitment.json`, to be published before the public number that `source` names is known.

    Raises:
        SeedInvalid: not 64 hexadecimal digits.
    """
    if not is_seed(seed):
        raise SeedInvalid()
    pool_sha256, lottery_sha256, source = (
        sha256(files[POOL]),
        sha256(files[LOTTERY]),
        clean_line(source),
    )
    committed = Committed(
        pool_sha256=pool_sha256,
        lottery_sha256=lottery_sha256,
        source=source,
        commitment=commitment(seed, pool_sha256, lottery_sha256, source),
    )
    return {COMMITMENT: commitment_file(committed)}


def reveal(files: Mapping[str, bytes], seed: str, public: str) -> dict[str, bytes]:
    """Step 3: `draw.json` from the three files before, with the seed and the public number (empty: none).

    Raises:
        CommitmentBroken: the seed or a file is not what was committed to.
        PublicNumberMissing: a public number is due and not given, or given and not due.
        PublishedInvalid: a file is not as it was published.
    """
    committed = read_commitment(files[COMMITMENT])
    pool_sha256, lottery_sha256 = sha256(files[POOL]), sha256(files[LOTTERY])
    ours = commitment(seed, pool_sha256, lottery_sha256, committed.source)
    if ours != committed.commitment:
        raise CommitmentBroken()
    public = clean_line(public)
    if bool(public) is not bool(committed.source):
        raise PublicNumberMissing(source=committed.source or "–", public=public or "–")
    pool = read_pool_file(files[POOL])
    lottery = read_lottery(files[LOTTERY], pool).lottery
    drawn = draw(pool, lottery.grouping, lottery.tickets, draw_key(seed, lottery_sha256, public))
    return {DRAW: draw_file(Revealed(seed=seed, public=public, draw=drawn))}
