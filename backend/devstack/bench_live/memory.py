"""How much memory a process has."""

import platform
import subprocess
from pathlib import Path


def kib_of(pid: int) -> int:
    """Resident, without its children. Raises OSError when it is gone."""
    if platform.system() == "Linux":
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    words = ["ps", "-p", str(pid), "-o", "rss="]
    return int(subprocess.run(words, capture_output=True, text=True, check=False).stdout or 0)
