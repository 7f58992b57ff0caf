"""`gongmun document verify`: the verdict, for a person and for a program, and the exit code."""

import json
from pathlib import Path

from gongmun.documents import LocalStore, issue
from gongmun.documents import queries as document_queries
from tests.cli.conftest import Gongmun
from tests.documents import keys
from tests.world import World


def _signed(installation: World, folder: Path) -> Path:
    """A signed document of an outcome, as a file."""
    forum_id = installation.forum()
    installation.suggest(forum_id, "statistics")
    outcome_id = installation.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    installation.decide(outcome_id)
    (referral,) = installation.referrals(outcome_id)
    assert referral.document_id is not None
    store = LocalStore(folder / "documents")
    issue(
        installation.db,
        [referral.document_id],
        renderer=installation.renderer,
        store=store,
        now=installation.now,
        key=lambda: keys.signer(folder / "key"),
    )
    with installation.db.reading() as session:
        document = document_queries.by_id(session, referral.document_id)
    assert document.signed_sha256 is not None
    return store.path(document.signed_sha256)


def test_a_file_is_verified_for_a_person_and_for_a_program(
    installation: World, gongmun: Gongmun, tmp_path: Path
) -> None:
    file = _signed(installation, tmp_path)
    said = gongmun("document", "verify", file)
    assert said.code == 0
    for words in ("진본입니다", "Genuine", keys.NAME, "proves integrity only", "공론소통과-1"):
        assert words in said.flat
    told = gongmun("document", "verify", file, "--json")
    verdict = json.loads(told.out)
    assert (told.code, verdict["genuine"], verdict["finding"]) == (0, True, "genuine")
    assert verdict["signatures"][0]["self_issued"]
    assert verdict["document"]["number"] == "공론소통과-1"


def test_a_file_that_is_not_genuine_ends_with_1_and_no_traceback(
    installation: World, gongmun: Gongmun, tmp_path: Path
) -> None:
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(_signed(installation, tmp_path).read_bytes() + b"\n%%EOF\n")
    nothing = tmp_path / "empty.pdf"
    nothing.write_bytes(b"")
    for file, words in ((changed, "덧붙었습니다"), (nothing, "빈 파일입니다")):
        said = gongmun("document", "verify", file)
        assert (said.code, words in said.flat, said.err) == (1, True, "")
    assert gongmun("document", "verify", tmp_path / "missing.pdf").code == 1
