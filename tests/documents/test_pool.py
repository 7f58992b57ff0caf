"""The render pool and its fake: one contract; limits of time and memory."""

import io
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from gongmun.documents import FakeRenderer, Renderer, RenderPool, libraries
from gongmun.documents.libraries import SystemLibrariesMissing
from gongmun.documents.printing import (
    Enclosed,
    Page,
    RenderCrashed,
    RenderFailed,
    RenderTimedOut,
)

pytestmark = pytest.mark.long

HTML = "<!DOCTYPE html><html lang=ko><title>제목</title><p>본문"
PAGE = Page(html=HTML)
# A table without fixed columns and one enormous word: minutes of layout.
STALLING = Page(html=f"{HTML}<table style='table-layout: auto'><tr>" + "<td>가 나" * 20_000)


@pytest.fixture(scope="module")
def pool() -> Iterator[RenderPool]:
    with RenderPool(workers=2, timeout=60) as pool:
        yield pool


@pytest.fixture(params=["real", "fake"])
def renderer(request: pytest.FixtureRequest) -> Renderer:
    return FakeRenderer() if request.param == "fake" else request.getfixturevalue("pool")


def test_the_contract_a_readable_pdf_with_its_pages(renderer: Renderer) -> None:
    rendered = renderer.render(PAGE)
    assert len(PdfReader(io.BytesIO(rendered.content)).pages) == rendered.pages == 1


def test_the_contract_same_page_same_bytes_other_page_other_bytes(renderer: Renderer) -> None:
    first, second = renderer.render(PAGE), renderer.render(PAGE)
    assert first == second
    other = Page(html=HTML.replace("본문", "다른 글"))
    assert renderer.render(other).content != first.content


def test_the_contract_enclosed_files_count(renderer: Renderer) -> None:
    files = [
        Enclosed(
            filename="자료.json",
            media_type="application/json",
            content=content,
            description="자료",
            at=datetime(2026, 10, 12, tzinfo=UTC),
        )
        for content in (b"{}", b"", bytes(range(256)) * 4096)
    ]
    pages = [PAGE, *(Page(html=HTML, enclosed=(file,)) for file in files)]
    assert len({renderer.render(page).content for page in pages}) == len(pages)


def test_the_contract_threads_may_share_it(renderer: Renderer) -> None:
    assert renderer.workers >= 1
    pages = [Page(html=f"{HTML} {number}") for number in range(6)]
    alone = [renderer.render(page) for page in pages]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(renderer.render, pages)) == alone


def test_a_stalled_worker_is_killed_and_replaced() -> None:
    with RenderPool(workers=1, timeout=3) as pool:
        pool.render(PAGE)
        with pytest.raises(RenderTimedOut) as caught:
            pool.render(STALLING)
        assert caught.value.retryable
        assert pool.render(PAGE).pages == 1


def test_a_document_beyond_the_memory_limit_fails_alone() -> None:
    with RenderPool(workers=1, timeout=120, memory=600 * 1024**2) as pool:
        pool.render(PAGE)
        with pytest.raises((RenderCrashed, RenderFailed)):
            pool.render(Page(html=HTML + "가" * 100_000_000))
        assert pool.render(PAGE).pages == 1


def test_a_worker_that_dies_is_reported_and_replaced() -> None:
    with RenderPool(workers=1, timeout=60) as pool:
        pool.render(PAGE)
        process = _process(pool)
        process.send_signal(signal.SIGSEGV)
        process.wait()
        with pytest.raises(RenderCrashed) as caught:
            pool.render(PAGE)
        assert caught.value.params["exit_code"] == -signal.SIGSEGV
        assert pool.render(PAGE).pages == 1
        process = _process(pool)
    assert process.returncode is not None


def _process(pool: RenderPool) -> subprocess.Popen[bytes]:
    """The process of the only worker, which must be idle."""
    (worker,) = pool._idle.queue
    assert worker is not None
    return worker._process


def test_a_worker_is_recycled() -> None:
    with RenderPool(workers=1, timeout=60, recycle_after=2) as pool:
        first = [pool.render(PAGE)]
        process = _process(pool)
        first.append(pool.render(PAGE))
        assert process.returncode is not None
        assert first == [pool.render(PAGE)] * 2


def test_a_worker_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with RenderPool(workers=1, timeout=60) as pool:
        pool.render(PAGE)
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_a_worker_knows_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGMUN_SIGNING__PIN", "1234")
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    with RenderPool(workers=1, timeout=60) as pool:
        assert pool.render(PAGE).pages == 1
        variables = Path(f"/proc/{_process(pool).pid}/environ").read_bytes().split(b"\0")
    names = {variable.partition(b"=")[0] for variable in variables}
    assert b"PATH" in names
    assert b"PGPASSWORD" not in names
    assert not any(name.startswith(b"GONGMUN_") for name in names)


def test_importing_the_room_does_not_import_weasyprint() -> None:
    code = "import gongmun.documents, sys; sys.exit('weasyprint' in sys.modules)"
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def test_missing_libraries_are_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(libraries._PACKAGES, "libno-such-thing.so.0", "libno-such-thing0")
    with pytest.raises(SystemLibrariesMissing) as caught:
        RenderPool(workers=1, timeout=60)
    assert caught.value.message_en.endswith("apt-get install -y libno-such-thing0")
