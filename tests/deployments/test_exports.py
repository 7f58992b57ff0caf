"""What `make up` prints for another terminal: also the key, or documents would be issued without it."""

import os
from pathlib import Path

import pytest

from deployments.exports import exports
from gongmun.settings import PROJECT_ROOT


def test_the_settings_of_this_environment_can_be_pasted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GONGMUN_")]:
        monkeypatch.delenv(name)
    assert exports() == []
    var = PROJECT_ROOT / "var" / "sample"
    for name, value in (
        ("GONGMUN_VAR", str(var)),
        ("GONGMUN_PUBLIC_URL", "http://127.0.0.1:4210"),
        ("GONGMUN_SIGNING__KEY", str(var / "certificate" / "key.pem")),
        ("GONGMUN_SIGNING__CERTIFICATE", str(Path("/etc/a key/certificate.pem"))),
        ("GONGMUN_SIGNING__PASSWORD", "secret"),
    ):
        monkeypatch.setenv(name, value)
    assert exports() == [
        "export GONGMUN_VAR=var/sample",
        "export GONGMUN_PUBLIC_URL=http://127.0.0.1:4210",
        "export GONGMUN_SIGNING__KEY=var/sample/certificate/key.pem",
        "export GONGMUN_SIGNING__CERTIFICATE='/etc/a key/certificate.pem'",
    ]
