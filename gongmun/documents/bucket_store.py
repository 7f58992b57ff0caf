"""Files in a bucket of an object store (객체 저장소): S3, or whatever speaks its protocol.

One store for many machines. An object is there whole or not at all, because one request writes it: that is
why no other protocol of fsspec is taken, most of which write in place. Who we are and where the server
stands is told as every S3 client is told it: AWS_ENDPOINT_URL, and AWS_SHARED_CREDENTIALS_FILE or
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in the environment.
"""

import hashlib
import os
from contextlib import suppress
from typing import Protocol

from gongmun.documents.store import (
    StoredFileChanged,
    StoredFileMissing,
    StoreUnavailable,
)
from gongmun.errors import GongmunError

# Seconds; a server that is not there is a matter of seconds, not of the minutes that are the default.
_CONNECT_SECONDS, _READ_SECONDS = 5, 30


class BucketsUnsupported(GongmunError):
    """The settings name a bucket, and what speaks to one is not installed."""

    code = "documents.buckets_unsupported"
    ko = "객체 저장소({place})를 쓰려면 s3fs가 필요합니다. make many 를 실행하여 설치해 주십시오(docs/scale.md)."
    en = "The store {place} needs s3fs. Install it by `make many` (docs/scale.md)."


class Filesystem(Protocol):
    """What is used of fsspec's filesystems."""

    def cat_file(self, path: str) -> bytes:
        """The content; FileNotFoundError where there is none."""

    def pipe_file(self, path: str, value: bytes) -> None:
        """Write a whole object."""

    def rm_file(self, path: str) -> None:
        """Delete an object; it is no error where there is none, or FileNotFoundError."""

    def exists(self, path: str) -> bool:
        """Of a bucket: whether it is there, and ours to use."""


class BucketStore:
    """A FileStore in a bucket, at `place` (`bucket` or `bucket/prefix`): `place/ab/abcdef….pdf`."""

    def __init__(self, filesystem: Filesystem, place: str, *, ending: str = ".pdf") -> None:
        self._filesystem = filesystem
        self._place = place
        self._ending = ending

    def put(self, content: bytes) -> str:
        """See FileStore."""
        sha256 = hashlib.sha256(content).hexdigest()
        # An object that was changed is written again: its content is at hand.
        with suppress(StoredFileMissing, StoredFileChanged):
            self.get(sha256)
            return sha256
        try:
            self._filesystem.pipe_file(self._key(sha256), content)
        except Exception as error:
            raise _unavailable(error) from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """See FileStore."""
        try:
            content = self._filesystem.cat_file(self._key(sha256))
        except FileNotFoundError:
            # A bucket that is not there answers as a file that is not there does.
            self.require()
            raise StoredFileMissing(sha256=sha256) from None
        except Exception as error:
            raise _unavailable(error) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoredFileChanged(sha256=sha256)
        return content

    def remove(self, sha256: str) -> None:
        """See FileStore."""
        try:
            with suppress(FileNotFoundError):
                self._filesystem.rm_file(self._key(sha256))
        except Exception as error:
            raise _unavailable(error) from error

    def require(self) -> None:
        """Raise StoreUnavailable where the bucket is not there, not ours to use, or not to be reached."""
        bucket = self._place.partition("/")[0]
        try:
            there = self._filesystem.exists(bucket)
        except Exception as error:
            raise _unavailable(error) from error
        if not there:
            raise StoreUnavailable(reason=bucket)

    def _key(self, sha256: str) -> str:
        return f"{self._place}/{sha256[:2]}/{sha256}{self._ending}"


def bucket_store(address: str, *, ending: str = ".pdf") -> BucketStore:
    """The store at `s3://bucket/prefix`. No connection is made before its first use.

    Raises:
        BucketsUnsupported: s3fs is not installed.
    """
    try:
        # Brings the whole of an HTTP client with it: only where a bucket is named.
        from s3fs import S3FileSystem
    except ImportError as error:
        raise BucketsUnsupported(place=address) from error
    filesystem = S3FileSystem(
        # Read from there by itself; named here, fsspec does not take an instance for another server's.
        endpoint_url=os.environ.get("AWS_ENDPOINT_URL"),
        # Another machine writes as well: what a listing once said is not to be believed.
        use_listings_cache=False,
        config_kwargs={"connect_timeout": _CONNECT_SECONDS, "read_timeout": _READ_SECONDS},
    )
    return BucketStore(filesystem, address.removeprefix("s3://"), ending=ending)


def _unavailable(error: Exception) -> StoreUnavailable:
    # Whatever HTTP, TLS, credentials or the server say of it. Never its text: that may hold an address
    # that was signed.
    return StoreUnavailable(reason=type(error).__name__)
