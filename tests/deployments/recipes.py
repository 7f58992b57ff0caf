"""What every recipe (units, compose file, manifests, image) names must be there: variables, modules, options, commands."""

import importlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import typer
from prefect.settings.legacy import _get_settings_fields
from prefect.settings.models.root import Settings as PrefectSettings
from pydantic import BaseModel

from gongmun.cli.app import NOUNS, app
from gongmun.settings import Settings

DEPLOYMENTS = Path(__file__).parents[2] / "deployments"
# Of others: clients of S3, PostgreSQL's image, Python, and a word that programs ask for before they phone home.
OTHERS = {
    "AWS_ENDPOINT_URL",
    "AWS_SHARED_CREDENTIALS_FILE",
    "DO_NOT_TRACK",
    "PATH",
    "POSTGRES_PASSWORD_FILE",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONUNBUFFERED",
}
_PREFECT = set(_get_settings_fields(PrefectSettings)) | {"PREFECT_HOME"}


def unknown(variables: Iterable[str]) -> set[str]:
    """Those that neither Gongmun, nor Prefect, nor what they stand on knows."""
    return {
        name
        for name in variables
        if name not in OTHERS | _PREFECT | {"GONGMUN_ENV_FILE"} and not _is_ours(name)
    }


def _is_ours(name: str) -> bool:
    model: type[BaseModel] = Settings
    *groups, last = name.removeprefix("GONGMUN_").lower().split("__")
    if not name.startswith("GONGMUN_"):
        return False
    for group in groups:
        field = model.model_fields.get(group)
        if field is None or not isinstance(field.annotation, type):
            return False
        model = field.annotation
    return last in model.model_fields


def check_command(words: Sequence[str]) -> None:
    """Fail unless this can be run: `python -m MODULE OPTIONS`, or a command of `gongmun`."""
    program, *rest = words
    if program == "gongmun":
        assert rest[0] in NOUNS or rest[0] in {each.name for each in app.registered_commands}
        return
    assert program.rpartition("/")[2] in ("python", "python3"), words
    assert rest[0] == "-m", words
    module, options = importlib.import_module(rest[1]), rest[2:]
    assert re.search(r'^if __name__ == "__main__":', Path(str(module.__file__)).read_text(), re.M)
    if not options:
        return
    command = typer.Typer()
    command.command()(module.main)
    # Raises where an option is not known, or a value cannot be used.
    typer.main.get_command(command).make_context(rest[1], list(options))
