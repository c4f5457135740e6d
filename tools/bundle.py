"""Packs the service for machines without internet into one zip: wheels for Windows and Linux, start scripts, manual."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
OFFLINE = ROOT / "tools" / "offline"
LOCK = ROOT / "requirements" / "run.txt"
PYTHONS = ("3.11", "3.12", "3.13")
# What pip calls a machine, and what the markers in the lock ask about it.
MANYLINUX = ("manylinux2014", "manylinux_2_17", "manylinux_2_24", "manylinux_2_26", "manylinux_2_27", "manylinux_2_28")
PLATFORMS = {
    "windows-x64": (("win_amd64",), {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"}),
    "linux-x64": (tuple(f"{name}_x86_64" for name in MANYLINUX), {"sys_platform": "linux", "os_name": "posix"}),
    "linux-arm64": (tuple(f"{name}_aarch64" for name in MANYLINUX), {"sys_platform": "linux", "os_name": "posix"}),
}


def main() -> int:
    """Make dist/opinion-<version>-offline.zip; answers the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--platform", action="append", choices=PLATFORMS, help="only these (default: all)")
    parser.add_argument("--python", action="append", choices=PYTHONS, help="only these (default: all)")
    chosen = parser.parse_args()
    name = f"opinion-{version()}-offline"
    with tempfile.TemporaryDirectory(prefix="opinion-bundle-") as scratch:
        folder = Path(scratch) / name
        wheels = folder / "wheels"
        wheels.mkdir(parents=True)
        for platform in chosen.platform or PLATFORMS:
            for python in chosen.python or PYTHONS:
                print(f"wheels for {platform}, Python {python}", flush=True)
                download(wheels, platform, python, Path(scratch))
        build_wheel(folder)
        add_texts(folder)
        target = pack(folder, ROOT / "dist" / f"{name}.zip")
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1e6:.0f} MB")
    return 0


def version() -> str:
    """The version in pyproject.toml."""
    with (ROOT / "pyproject.toml").open("rb") as source:
        project = tomllib.load(source)["project"]
    return str(project["version"])


def requirements_for(lock: str, platform: str, python: str) -> str:
    """The part of a lock that one platform needs, without markers: pip would judge them by the machine it runs on."""
    facts = PLATFORMS[platform][1] | {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    kept = []
    for entry in lock.replace("\\\n", " ").splitlines():
        named, *hashes = entry.split(" --hash=")
        requirement = Requirement(named.strip())
        if requirement.marker is None or requirement.marker.evaluate(dict(facts)):
            requirement.marker = None
            kept.append(" ".join([str(requirement), *(f"--hash={value.strip()}" for value in hashes)]))
    return "\n".join(kept) + "\n"


def download(wheels: Path, platform: str, python: str, scratch: Path) -> None:
    """Fetch the locked wheels of one platform and Python; what is there already is not fetched again."""
    listed = scratch / f"{platform}-{python}.txt"
    listed.write_text(requirements_for(LOCK.read_text(encoding="utf-8"), platform, python), encoding="utf-8")
    tags = [part for tag in PLATFORMS[platform][0] for part in ("--platform", tag)]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--require-hashes"]
    command += ["--no-deps", "--only-binary", ":all:", "--python-version", python, "--implementation", "cp", *tags]
    subprocess.run([*command, "--dest", str(wheels), "-r", str(listed)], check=True)


def build_wheel(folder: Path) -> None:
    """Put the wheel of the service itself beside the start scripts."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)


def add_texts(folder: Path) -> None:
    """Copy the lock, the start scripts and the instructions, with the line ends each system expects."""
    shutil.copyfile(LOCK, folder / "requirements.txt")
    for source in OFFLINE.iterdir():
        text = source.read_text(encoding="utf-8")
        if source.suffix == ".sh":
            (folder / source.name).write_text(text, encoding="utf-8", newline="\n")
        else:
            encoding = "utf-8-sig" if source.suffix == ".txt" else "utf-8"
            (folder / source.name).write_text(text, encoding=encoding, newline="\r\n")


def pack(folder: Path, target: Path) -> Path:
    """Zip the folder, keeping the start script executable."""
    target.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo.from_file(path, path.relative_to(folder.parent))
                entry.compress_type = zipfile.ZIP_STORED if path.suffix == ".whl" else zipfile.ZIP_DEFLATED
                entry.external_attr = (0o755 if path.suffix == ".sh" else 0o644) << 16
                archive.writestr(entry, path.read_bytes())
    return target


if __name__ == "__main__":
    sys.exit(main())
