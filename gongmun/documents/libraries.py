"""The system libraries that printing needs, checked before the first document."""

import ctypes

from gongmun.errors import GongmunError

# Debian package by shared library. Without the last one WeasyPrint works, but subsets fonts 2.5
# times slower and says so only in a deprecation warning.
_PACKAGES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}


class SystemLibrariesMissing(GongmunError):
    """Libraries that the operating system must provide are not installed."""

    code = "documents.libraries_missing"
    ko = "문서 조판에 필요한 라이브러리가 없습니다. 설치해 주십시오: apt-get install -y {packages}"
    en = "Libraries needed to print documents are missing. Run: apt-get install -y {packages}"


def check_system_libraries() -> None:
    """Refuse to start without the system libraries.

    Raises:
        SystemLibrariesMissing: names the packages to install.
    """
    missing = [package for library, package in _PACKAGES.items() if not _loads(library)]
    if missing:
        raise SystemLibrariesMissing(packages=" ".join(missing))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
