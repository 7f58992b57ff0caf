"""A file that a person writes (TOML), read as a pydantic model: one way to say what is wrong with it."""

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from gongmun.errors import GongmunError

M = TypeVar("M", bound=BaseModel)


def read_toml(path: Path, model: type[M], invalid: type[GongmunError]) -> M:
    """The file as a `model`.

    Raises:
        GongmunError: an `invalid`, with the file's name as `path` and a `reason` that names each entry: it is
            unreadable, or an entry is missing, unknown or wrong.
    """
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        reason = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or path.stem}: {each['msg']}"
            for each in error.errors()
        )
        raise invalid(path=path.name, reason=reason) from error
    except (OSError, ValueError) as error:
        raise invalid(path=path.name, reason=str(error)) from error
