"""`.env`: one NAME=value a line, `#` comments, optional quotes and `export`. No substitution."""

import re
from pathlib import Path

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


class EnvFileFailed(RuntimeError):
    """A line that is no setting."""


def read(file: Path) -> dict[str, str]:
    """Its settings, empty when there is no such file. Raises EnvFileFailed with the line's number."""
    if not file.exists():
        return {}
    settings = {}
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise EnvFileFailed(f"{file.name}, line {number}: write NAME=value")
        settings[found[1]] = _plain(found[2])
    return settings


def _plain(value: str) -> str:
    quoted = re.fullmatch(r"""(["'])(.*)\1\s*(?:#.*)?""", value)
    return quoted[2] if quoted else re.sub(r"(^|\s+)#.*$", "", value)
