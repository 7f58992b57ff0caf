"""The file stores: by hash, whole or not at all, and honest about what they find. A folder, and a bucket of a server."""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from unittest import mock

import pytest

from gongmun import wiring
from gongmun.documents import FileStore, LocalStore
from gongmun.documents.bucket_store import (
    BucketStore,
    BucketsUnsupported,
    Filesystem,
    bucket_store,
)
from gongmun.documents.store import StoredFileChanged, StoredFileMissing, StoreUnavailable
from gongmun.settings import settings
from tests.documents.object_store import BUCKET, running_object_store

CONTENT = b"%PDF-1.7 content"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NAME = f"{SHA256[:2]}/{SHA256}.pdf"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A store, and ways to look behind it: all names in it, and to put something under a name."""

    store: FileStore
    names: Callable[[], list[str]]
    write: Callable[[str, bytes], object]
    written: Callable[[str], object]


@pytest.fixture(scope="module")
def object_store() -> Iterator[Mapping[str, str]]:
    with running_object_store() as environment, mock.patch.dict(os.environ, environment):
        yield environment


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    if request.param == "folder":
        folder = tmp_path / "documents"
        return Kept(
            store=LocalStore(folder),
            names=lambda: [str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()],
            write=lambda name, content: (folder / name).write_bytes(content),
            written=lambda name: (folder / name).stat().st_ino,
        )
    request.getfixturevalue("object_store")
    place = f"{BUCKET}/{tmp_path.name}"
    store = bucket_store(f"s3://{place}")
    behind: Any = store._filesystem
    return Kept(
        store=store,
        names=lambda: [each.removeprefix(f"{place}/") for each in behind.find(place)],
        write=lambda name, content: behind.pipe_file(f"{place}/{name}", content),
        written=lambda name: behind.info(f"{place}/{name}", refresh=True)["LastModified"],
    )


def test_what_is_put_can_be_got(kept: Kept) -> None:
    assert kept.store.put(CONTENT) == SHA256
    assert kept.store.get(SHA256) == CONTENT
    assert kept.names() == [NAME]


def test_putting_again_leaves_the_file_alone(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.store.put(CONTENT)
    before = kept.written(NAME)
    if isinstance(kept.store, BucketStore):
        # The server's time stamps have seconds only: it is not asked to write at all.
        monkeypatch.setattr(kept.store._filesystem, "pipe_file", None)
    kept.store.put(CONTENT)
    assert kept.written(NAME) == before


def test_putting_at_once_leaves_one_whole_file(kept: Kept) -> None:
    content = b"x" * 1_000_000
    with ThreadPoolExecutor(8) as threads:
        (sha256,) = set(threads.map(lambda _: kept.store.put(content), range(16)))
    assert kept.store.get(sha256) == content
    assert kept.names() == [f"{sha256[:2]}/{sha256}.pdf"]


def test_a_large_file_arrives_whole(kept: Kept) -> None:
    content = os.urandom(1 << 20) * 120  # more than goes into one request
    assert kept.store.get(kept.store.put(content)) == content


def test_a_missing_file(kept: Kept) -> None:
    with pytest.raises(StoredFileMissing):
        kept.store.get(SHA256)


def test_one_that_comes_later_is_found(kept: Kept) -> None:
    with pytest.raises(StoredFileMissing):
        kept.store.get(SHA256)
    kept.store.put(CONTENT)
    assert kept.store.get(SHA256) == CONTENT


def test_a_changed_file_is_not_given_out_and_is_mended_by_putting_it_again(kept: Kept) -> None:
    kept.store.put(CONTENT)
    kept.write(NAME, CONTENT[:-1])
    with pytest.raises(StoredFileChanged):
        kept.store.get(SHA256)
    kept.store.put(CONTENT)
    assert kept.store.get(SHA256) == CONTENT


def test_what_is_removed_is_gone_and_removing_it_again_is_harmless(kept: Kept) -> None:
    other = kept.store.put(b"other")
    kept.store.put(CONTENT)
    kept.store.remove(SHA256)
    kept.store.remove(SHA256)
    assert kept.names() == [f"{other[:2]}/{other}.pdf"]
    with pytest.raises(StoredFileMissing):
        kept.store.get(SHA256)
    kept.store.put(CONTENT)
    assert kept.store.get(SHA256) == CONTENT


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "documents").write_text("a file where the folder should be")
    with pytest.raises(StoreUnavailable) as caught:
        LocalStore(tmp_path / "documents").put(CONTENT)
    assert caught.value.retryable


def test_a_bucket_that_is_not_there_is_not_taken_for_a_missing_file(
    object_store: Mapping[str, str],
) -> None:
    store = bucket_store("s3://no-such-bucket/documents")
    for attempt in (lambda: store.put(CONTENT), lambda: store.get(SHA256), store.require):
        with pytest.raises(StoreUnavailable) as caught:
            attempt()
        assert caught.value.retryable
    bucket_store(f"s3://{BUCKET}").require()


def test_a_server_that_is_not_there_is_told_of_without_a_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "SECRET")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    store = bucket_store("s3://elsewhere/documents")
    for attempt in (lambda: store.put(CONTENT), store.require):
        with pytest.raises(StoreUnavailable) as caught:
            attempt()
        assert "SECRET" not in str(caught.value)


def test_a_bucket_that_cannot_be_asked_for_is_told_of_as_one_that_cannot_be_used() -> None:
    class Broken:
        """A filesystem whose server answers what its client does not understand."""

        def exists(self, path: str) -> bool:
            raise ValueError(f"signed address of {path}")

    with pytest.raises(StoreUnavailable) as caught:
        BucketStore(cast(Filesystem, Broken()), "records/documents").require()
    assert caught.value.retryable
    assert "signed" not in str(caught.value)


def test_the_settings_name_a_folder_or_a_bucket(
    monkeypatch: pytest.MonkeyPatch, object_store: Mapping[str, str], tmp_path: Path
) -> None:
    monkeypatch.setenv("GONGMUN_VAR", str(tmp_path))
    monkeypatch.setenv("GONGMUN_DOCUMENT_STORE", f"s3://{BUCKET}/{tmp_path.name}/documents/")
    settings.cache_clear()
    try:
        assert wiring.file_store().put(CONTENT) == SHA256
        assert wiring.received_store().put(CONTENT) == SHA256
    finally:
        settings.cache_clear()
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [SHA256]
    assert bucket_store(f"s3://{BUCKET}/{tmp_path.name}/documents").get(SHA256) == CONTENT


def test_without_its_package_a_bucket_is_refused_with_what_helps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(BucketsUnsupported) as caught:
        bucket_store("s3://gongmun")
    assert "make many" in caught.value.message_en
