"""The kernels in C under AddressSanitizer and UndefinedBehaviorSanitizer: what they read, write and calculate must be theirs to.

    python -m tests.faults.sanitized             by each compiler that is here, all tests that call a kernel
    python -m tests.faults.sanitized --planted   mistakes in a module of the same build, which must be seen

The kernels are built anew into a folder of the proof's own, from which the tests take them; what is installed stays as it is. The tests
go through generic, avx2, avx512 and vnni by themselves, as far as this processor has them, and through one thread to eight.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
NATIVE = REPOSITORY / "recommender" / "models" / "kernels" / "native"
TESTS = REPOSITORY / "tests" / "recommender" / "models"
COMPILERS = ("gcc", "clang")
SANITIZED = ("-g", "-O1", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
LOUD = {
    "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:exitcode=66",  # Python itself leaves memory to the end of its process
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:exitcode=66",
    "PYTHONMALLOC": "malloc",  # else Python hands out pieces of large areas, and their ends are not watched
}
PLANTED = {
    "beyond the end": ("return PyLong_FromLong(taken[8 + zero]);", "heap-buffer-overflow"),
    "after the end": ("free((void *)taken); return PyLong_FromLong(taken[zero]);", "heap-use-after-free"),
    "more than a number holds": ("return PyLong_FromLong(INT32_MAX + (int)zero + (int)(1 + zero));", "signed integer overflow"),
    "at an odd address": ("return PyLong_FromLong((long)*(int64_t *)((char *)taken + 1 + zero));", "misaligned address"),
}
MODULE = """
#include "kernel.h"
static PyObject *call(PyObject *self, PyObject *none)
{
    volatile long zero = 0;
    volatile int32_t *volatile taken = calloc(8, sizeof(int32_t));
    (void)self; (void)none; (void)taken; (void)zero;
    MISTAKE
}
static PyMethodDef methods[] = {{"call", call, METH_NOARGS, ""}, {"instructions", instructions, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "planted", NULL, 0, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_planted(void) { return PyModuleDef_Init(&module); }
"""


def why_not(compiler: str) -> str | None:
    """Why the proof cannot be made by this compiler; None when it can."""
    if not shutil.which(compiler):
        return f"{compiler} is not installed"
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        return "the headers of Python are not installed"
    return None if runtime(compiler) else f"the sanitizers of {compiler} are not installed"


def runtime(compiler: str) -> Path | None:
    """The library of AddressSanitizer, which must be there before anything else is."""
    machine = os.uname().machine
    for name in {"gcc": ["libasan.so"], "clang": [f"libclang_rt.asan-{machine}.so", "libclang_rt.asan.so"]}[compiler]:
        found = subprocess.run([compiler, f"-print-file-name={name}"], capture_output=True, text=True, check=True).stdout.strip()
        if Path(found).is_absolute():
            return Path(found).resolve()
    return None


def build(compiler: str, source: Path, folder: Path) -> None:
    """Compile one module into the folder, with the flags that pyproject.toml gives to the kernels and every warning an error."""
    module = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["setuptools"]["ext-modules"][0]
    made = folder / (source.stem + sysconfig.get_config_var("EXT_SUFFIX"))
    shared = ["-shared-libasan"] if compiler == "clang" else []
    include = [f"-I{sysconfig.get_path('include')}", f"-I{NATIVE}"]
    command = [compiler, "-shared", "-fPIC", *module["extra-compile-args"], "-Werror", *SANITIZED, *shared, *include, source, "-o", made]
    subprocess.run(command, check=True)


def run(compiler: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """This Python with those arguments, watched."""
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment = {**os.environ, **threads, **LOUD, "LD_PRELOAD": str(runtime(compiler))}
    return subprocess.run([sys.executable, *arguments], cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)


def tests_of_kernels() -> list[Path]:
    """The files of tests that speak of the package of the kernels in C."""
    return sorted(file for file in TESTS.rglob("test_*.py") if re.search(r"\bnative\b", file.read_text()))


def prove(compiler: str, *arguments: str) -> str:
    """The last line of the tests by sanitized kernels; AssertionError with what was said, where one fails. arguments: more for pytest."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for source in sorted(NATIVE.glob("_*.c")):
            build(compiler, source, folder)
        done = run(compiler, "-m", "pytest", "-p", "no:cacheprovider", "--kernels-from", folder, *tests_of_kernels(), *arguments)
        assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
        assert done.stdout.count(f"{folder}/_") == len(list(NATIVE.glob("_*.c"))), "other kernels were in use"
    return done.stdout.strip().splitlines()[-1].strip("= ")


def plant(compiler: str) -> None:
    """Each planted mistake ends the process with its name; AssertionError where one does not."""
    for name, (mistake, says) in PLANTED.items():
        with tempfile.TemporaryDirectory() as temporary:
            source = Path(temporary) / "planted.c"
            source.write_text(MODULE.replace("MISTAKE", mistake))
            build(compiler, source, Path(temporary))
            done = run(compiler, "-c", f"import sys; sys.path.insert(0, {temporary!r}); import planted; planted.call()")
        assert done.returncode == 66, f"{name} was not seen by {compiler}: exit {done.returncode}\n{done.stderr}"
        assert says in done.stderr, f"{name}: {done.stderr}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--planted", action="store_true", help="mistakes, which must be seen")
    parser.add_argument("--arguments", default="", help="more for pytest, such as '-k threads'")
    args = parser.parse_args()
    able = [compiler for compiler in COMPILERS if why_not(compiler) is None]
    for compiler in COMPILERS:
        if compiler not in able:
            print(f"Skipped: {why_not(compiler)}.")
    for compiler in able:
        if args.planted:
            plant(compiler)
            print(f"{compiler}: {len(PLANTED)} planted mistakes are seen.")
        else:
            print(f"{compiler}: {prove(compiler, *shlex.split(args.arguments))}; nothing to complain of.", flush=True)
    if not able:
        sys.exit(1)


if __name__ == "__main__":
    main()
