"""The file store: by hash, whole or not at all, and honest about what it finds."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gongmun.documents import LocalStore
from gongmun.documents.store import StoredFileChanged, StoredFileMissing, StoreUnavailable

CONTENT = b"%PDF-1.7 content"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "documents")


def test_what_is_put_can_be_got(store: LocalStore) -> None:
    assert store.put(CONTENT) == SHA256
    assert store.get(SHA256) == CONTENT
    assert store.path(SHA256).read_bytes() == CONTENT


def test_putting_again_leaves_the_file_alone(store: LocalStore) -> None:
    store.put(CONTENT)
    before = store.path(SHA256).stat()
    store.put(CONTENT)
    assert store.path(SHA256).stat().st_ino == before.st_ino


def test_putting_at_once_leaves_one_whole_file(store: LocalStore, tmp_path: Path) -> None:
    content = b"x" * 1_000_000
    with ThreadPoolExecutor(8) as threads:
        (sha256,) = set(threads.map(lambda _: store.put(content), range(16)))
    assert store.get(sha256) == content
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [store.path(sha256)]


def test_a_missing_file(store: LocalStore) -> None:
    with pytest.raises(StoredFileMissing):
        store.get(SHA256)


def test_a_changed_file_is_not_given_out_and_is_mended_by_putting_it_again(
    store: LocalStore,
) -> None:
    store.put(CONTENT)
    store.path(SHA256).write_bytes(CONTENT[:-1])
    with pytest.raises(StoredFileChanged):
        store.get(SHA256)
    store.put(CONTENT)
    assert store.get(SHA256) == CONTENT


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "documents").write_text("a file where the folder should be")
    with pytest.raises(StoreUnavailable) as caught:
        LocalStore(tmp_path / "documents").put(CONTENT)
    assert caught.value.retryable
