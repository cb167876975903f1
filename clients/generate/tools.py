"""Pinned generators, installed below `target/tools` when they are first needed."""

import os
import pathlib
import platform
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / "target" / "tools"
MAVEN_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy"


def run(*command: str | pathlib.Path, **options) -> subprocess.CompletedProcess:
    """Runs a command; its standard error is for people, and its failure is ours."""
    return subprocess.run([str(part) for part in command], check=True, **options)


def buf(*arguments: str) -> subprocess.CompletedProcess:
    """Runs buf in the root of the tree, and keeps what it writes."""
    return run(*os.environ.get("BUF", "npx --yes @bufbuild/buf@1.75.0").split(), *arguments, cwd=ROOT, stdout=subprocess.PIPE)


def python(name: str, *requirements: str) -> pathlib.Path:
    """The `bin` folder of a virtual environment with these packages."""
    home = TOOLS / name
    if not ready(home, requirements):
        run(sys.executable, "-m", "venv", "--clear", home)
        run(home / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *requirements)
        done(home, requirements)
    return home / "bin"


def npm(name: str, *packages: str) -> pathlib.Path:
    """The `bin` folder of an npm project with these packages."""
    home = TOOLS / name
    if not ready(home, packages):
        home.mkdir(parents=True, exist_ok=True)
        run("npm", "install", "--silent", "--no-save", "--prefix", home, *packages)
        done(home, packages)
    return home / "node_modules" / ".bin"


def go(name: str, *packages: str) -> pathlib.Path:
    """A folder with these Go programs."""
    home = TOOLS / name
    if not ready(home, packages):
        for package in packages:
            run("go", "install", package, env=os.environ | {"GOBIN": str(home)})
        done(home, packages)
    return home


def maven(name: str, *artifacts: str) -> list[pathlib.Path]:
    """Programs that Maven Central has for this machine, as `group:name:version`."""
    machine = {"arm64": "aarch_64", "aarch64": "aarch_64"}.get(platform.machine(), "x86_64")
    classifier = {"Darwin": "osx"}.get(platform.system(), "linux") + "-" + machine
    home = TOOLS / name
    wanted = tuple(f"{artifact}:exe:{classifier}" for artifact in artifacts)
    programs = [home / f"{'-'.join(artifact.split(':')[1:])}-{classifier}.exe" for artifact in artifacts]
    if not ready(home, wanted):
        home.mkdir(parents=True, exist_ok=True)
        for artifact in wanted:
            run("mvn", "-q", "-B", MAVEN_COPY, f"-Dartifact={artifact}", f"-DoutputDirectory={home}", cwd=home)
        for program in programs:
            program.chmod(0o755)
        done(home, wanted)
    return programs


def ready(home: pathlib.Path, wanted: tuple[str, ...]) -> bool:
    """Whether a tool is there already, in the versions wanted."""
    stamp = home / "installed"
    return stamp.exists() and stamp.read_text() == "\n".join(wanted)


def done(home: pathlib.Path, wanted: tuple[str, ...]) -> None:
    home.joinpath("installed").write_text("\n".join(wanted))


def stamp(path: pathlib.Path, pattern: str, text: str) -> None:
    """Writes a text in place of the one group of a pattern, which must be there once."""
    before = path.read_text()
    (match,) = re.finditer(pattern, before, re.MULTILINE)
    path.write_text(before[: match.start(1)] + text + before[match.end(1) :])
