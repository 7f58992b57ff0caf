"""What `make up` prints for another terminal: also the key, or documents would be issued without it."""

import os
import subprocess
from pathlib import Path

import pytest

from deployments.exports import exports, exports_for_prefect
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


def test_a_shell_reads_the_login_out_of_its_file(tmp_path: Path) -> None:
    url = "http://127.0.0.1:4200/api"
    file = tmp_path / "a login"
    file.write_text("coordinator:secret\n")
    lines = exports_for_prefect(url, file)
    assert "secret" not in "".join(lines)
    script = [*lines, 'printf "%s %s" "$PREFECT_API_URL" "$PREFECT_API_AUTH_STRING"']
    said = subprocess.run(
        ["sh", "-c", "\n".join(script)], capture_output=True, text=True, check=True
    )
    assert said.stdout == f"{url} coordinator:secret"
    assert exports_for_prefect(url, None) == lines[:-1]
    assert "export DO_NOT_TRACK=1" in lines
