"""The zip of the Echo's function on Lambda: `python -m deploy.aws.skill_zip` writes it, `make skill-zip` does the same.

In it are the modules that the function needs, those of Amazon's SDK and its pins, and all of them compiled: Lambda cannot write compiled
modules beside the sources, and would compile them at every start of a machine. The same sources and the same Python give the same bytes.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
PINS = ROOT / "alexa_skill" / "requirements.txt"
ZIP = ROOT / "deploy" / "aws" / "build" / "matinee-skill.zip"
RUNTIME = "python3.11"  # of the function, as in template.yaml: compiled modules fit one version
MOST_BYTES = 3_500_000
ON_LAMBDA = "/var/task"  # where Lambda unpacks the zip, for tracebacks
DAY_ONE = (1980, 1, 1, 0, 0, 0)  # the first that a zip knows; every file is of that day

# What the function begins with; the rest follows from what it imports.
STARTS = ("alexa_skill.on_lambda",)
EVERY_LOCALE = "alexa_skill/speech"  # imported by the name that a request brings
OF_OURS = ("alexa_skill", "recommender")
NOT_NEEDED = (".tar.gz", ".pyc", "py.typed")  # dateutil's own time zones among them: nothing here asks for one


class SkillZipError(Exception):
    """The zip cannot be made; the text says why and what to do."""


def write(file: Path = ZIP) -> int:
    """Make the zip, whole or not at all; its size in bytes. SkillZipError."""
    running = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if running != RUNTIME:
        raise SkillZipError(f"The function runs on {RUNTIME} and this is {running}: its compiled modules would be of no use there.")
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "task"
        for name, text in sorted({**_of_ours(), **_of_others()}.items()):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text)
        _compile(folder)
        _pack(folder, new)
    size = new.stat().st_size
    if size > MOST_BYTES:
        new.unlink()
        raise SkillZipError(f"The zip has {size:,} bytes, which is more than {MOST_BYTES:,}: see what has come along.")
    new.replace(file)
    return size


def _of_ours() -> dict[str, bytes]:
    """Path to text of every module of ours that the function may import."""
    left, found = [*STARTS, *(f"alexa_skill.speech.{file.stem}" for file in (ROOT / EVERY_LOCALE).glob("*.py"))], {}
    while left:
        name = left.pop()
        for file in _files(name):
            path = file.relative_to(ROOT).as_posix()
            if path not in found:
                found[path] = file.read_bytes()
                left += _imported(ast.parse(found[path]))
    return found


def _files(module: str) -> Iterator[Path]:
    """The module's own file and those of the packages that it is in; none for what is no module of ours."""
    parts = module.split(".")
    if parts[0] not in OF_OURS:
        return
    for n in range(1, len(parts) + 1):
        place = ROOT.joinpath(*parts[:n])
        for file in (place / "__init__.py", place.with_suffix(".py")):
            if file.is_file():
                yield file


def _imported(module: ast.Module) -> Iterator[str]:
    """What a module imports when it is imported itself: what a function of it imports is named in STARTS, where it is needed."""
    for statement in module.body:
        if isinstance(statement, ast.Import):
            yield from (each.name for each in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            yield statement.module
            yield from (f"{statement.module}.{each.name}" for each in statement.names)


def _of_others() -> dict[str, bytes]:
    """Path to contents of what the pinned packages bring, taken from those that are installed here."""
    found = {}
    for line in PINS.read_text().splitlines():
        package, is_pin, rest = line.partition("==")
        if not is_pin or line.startswith("#"):
            continue
        pinned = rest.split("#")[0].strip()
        try:
            installed = distribution(package)
        except PackageNotFoundError:
            raise SkillZipError(f"{package} {pinned} is not installed; run `make env`.") from None
        if installed.version != pinned:
            raise SkillZipError(f"{package} {installed.version} is installed, and {PINS.name} says {pinned}; run `make env`.")
        for file in installed.files or []:
            if not (file.parts[0].endswith(".dist-info") or ".." in file.parts or file.name.endswith(NOT_NEEDED)):
                found[file.as_posix()] = Path(str(file.locate())).read_bytes()
    return found


def _compile(folder: Path) -> None:
    """Beside each source, for good: Lambda is not to compare it with its source.

    In a Python of its own, without chance and in order, since what is compiled depends a little on what was compiled before.
    """
    compiling = [sys.executable, "-s", "-S", "-m", "compileall", "-q", "-f", "-s", str(folder), "-p", ON_LAMBDA]
    environment = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0"}
    subprocess.run([*compiling, "--invalidation-mode", "unchecked-hash", str(folder)], env=environment, check=True)  # noqa: S603


def _pack(folder: Path, file: Path) -> None:
    with zipfile.ZipFile(file, "w") as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), DAY_ONE)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16  # as on Linux: a file that all may read
            packed.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=9)


def main() -> int:
    """Writes the zip and says how large it is; 1 where it cannot be made."""
    try:
        size = write()
    except SkillZipError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{ZIP.relative_to(ROOT)} has {size:,} bytes, for {RUNTIME}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
