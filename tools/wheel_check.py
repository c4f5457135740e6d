"""Installs the wheel away from the checkout, in an environment of its own, and starts the service there."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What must answer from an installation that has no checkout beside it.
CHECKS = (["--help"], ["init"], ["due", "2026-11-23", "--working-days", "7"], ["doctor"])


def main() -> int:
    """Build, install, run; answers the exit status."""
    with tempfile.TemporaryDirectory(prefix="opinion-wheel-") as name:
        away = Path(name)
        wheel = build(away)
        python = install(away, wheel)
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("OPINION_", "PYTHON"))}
        environ |= {"OPINION_SECRET_KEY": secrets.token_hex(32), "OPINION_DATA_DIR": str(away / "data")}
        for arguments in CHECKS:
            print("opinion", *arguments, flush=True)
            done = subprocess.run([python.with_name("opinion"), *arguments], cwd=away, env=environ, check=False)
            if done.returncode:
                print(f"'opinion {' '.join(arguments)}' failed away from the checkout", file=sys.stderr)
                return 1
    print("the wheel works away from the checkout")
    return 0


def build(target: Path) -> Path:
    """Build the wheel into `target` and answer its path."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target], cwd=ROOT, check=True)
    (wheel,) = target.glob("*.whl")
    return wheel


def install(away: Path, wheel: Path) -> Path:
    """Make an environment with the locked requirements and the wheel; answers its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", away / "venv"], check=True)
    python = away / "venv" / "bin" / "python"
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    subprocess.run([*pip, "--require-hashes", "--no-deps", "-r", ROOT / "requirements" / "run.txt"], check=True)
    subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True)
    return python


if __name__ == "__main__":
    sys.exit(main())
