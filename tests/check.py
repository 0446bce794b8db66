"""Everything that can be said about the code without running it: `make check`.

Each step is a command whose exit says pass or fail. A failure does not hide those behind it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

STEPS = {
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "lint": ["ruff", "check", "--quiet", "."],
    "types": ["mypy", "--no-error-summary", "."],
    "who may import whom": ["lint-imports"],
    # Not their format: the formatter moves white space that a reader sees.
    "templates": ["djlint", "templates", "--lint"],
    "dependencies": ["deptry", "."],
    "missing migrations": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
    "production settings": ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
}

PRODUCTION = {
    "SITE_URL": "https://example.com",
    "TRUSTED_PROXIES": "1",
    "SECRET_KEY": "only-for-this-check-and-long-enough-to-be-believed-0123456789",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.com:587",
}


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="coaching-site-check-") as folder:
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
        environment = kept | PRODUCTION | {"DATA_DIR": folder, "NO_COLOR": "1"}
        failed = [name for name, command in STEPS.items() if not passes(name, command, environment)]
    say("All good." if not failed else f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


def passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    """Runs one step and says in a line how it went; what it printed follows when it failed."""
    began = time.monotonic()
    step = subprocess.run(
        [BIN / command[0], *command[1:]],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    passed = step.returncode == 0
    say(f"{'ok  ' if passed else 'FAIL'} {name:<24}{time.monotonic() - began:5.1f} s")
    if not passed:
        say(step.stdout)
    return passed


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
