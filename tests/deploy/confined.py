"""The command of a unit in deploy/systemd/ under the restrictions that the unit asks for, on a machine whose systemd does not run.

    python -m tests.deploy.confined UNIT ROOT                the unit's own command
    python -m tests.deploy.confined UNIT ROOT PROGRAM …      another one in its place

What systemd would do is done by the same means: a mount namespace, a user namespace, no capabilities, filters of system calls. ROOT
holds what lies in /opt/matinee and /var/lib/matinee. It has to be started as root. Not imitated: the user of its own (it is root
without any capability), ProtectHome and PrivateTmp where this very Python lies there, ProtectProc, DevicePolicy (device files are
absent, not forbidden), and limits of a control group.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import re
import socket
import stat
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.deploy.machine import DEPLOY, REPOSITORY, settings_of_unit

SELF = "tests.deploy.confined"
ALLOW = 0x7FFF0000  # of libseccomp, as are the numbers below
NOT_EQUAL, LESS_OR_EQUAL, EQUAL, GREATER_OR_EQUAL, MASKED_EQUAL = 1, 3, 4, 5, 7
NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000, 0x00000080)  # CLONE_NEW…
DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0)}


class Comparison(ctypes.Structure):
    """struct scmp_arg_cmp"""

    _fields_ = (("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64))


@cache
def _seccomp() -> ctypes.CDLL:
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = (ctypes.c_uint32,)
    library.seccomp_load.argtypes = (ctypes.c_void_p,)
    library.seccomp_rule_add_array.argtypes = (ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p)
    return library


class Filter:
    """One filter of system calls; several of them hold at once, and the strictest word counts."""

    def __init__(self, otherwise: int) -> None:
        self._made = _seccomp().seccomp_init(otherwise)

    def rule(self, action: int, call: str, *comparisons: tuple[int, int, int, int]) -> None:
        number = _seccomp().seccomp_syscall_resolve_name(call.encode())
        if number < 0:
            return  # a call of another kind of processor
        array = (Comparison * max(1, len(comparisons)))(*(Comparison(*each) for each in comparisons))
        done = _seccomp().seccomp_rule_add_array(self._made, action, number, len(comparisons), ctypes.byref(array))
        assert done in (0, -errno.EACCES), f"{call}: {os.strerror(-done)}"  # EACCES: the rule says what holds anyway

    def load(self) -> None:
        done = _seccomp().seccomp_load(self._made)
        assert done == 0, os.strerror(-done)


def refuse(number: int = errno.EPERM) -> int:
    """The action that lets a call fail with that number."""
    return 0x00050000 | number


@cache
def calls_of(group: str) -> frozenset[str]:
    """The system calls of a group such as @system-service, as this machine's systemd has it; a single name is itself."""
    if not group.startswith("@"):
        return frozenset({group})
    shown = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter", group], capture_output=True, text=True, check=True).stdout
    return frozenset().union(*(calls_of(name) for name in re.findall(r"^ +([@\w-]+)$", shown, re.MULTILINE)))


def filters(unit: str) -> None:
    """SystemCallFilter and all that systemd turns into filters."""
    allowed: frozenset[str] = frozenset()
    for line in settings_of_unit(unit, "SystemCallFilter"):
        named = frozenset().union(*(calls_of(name) for name in line.removeprefix("~").split()))
        allowed = allowed - named if line.startswith("~") else allowed | named
    only = Filter(refuse())
    # Whoever installs the last filters and becomes the program needs these two.
    for call in allowed | {"seccomp", "execve"}:
        only.rule(ALLOW, call)
    but = Filter(ALLOW)
    if is_on(unit, "MemoryDenyWriteExecute"):
        both = mmap.PROT_WRITE | mmap.PROT_EXEC
        but.rule(refuse(), "mmap", (2, MASKED_EQUAL, both, both))
        but.rule(refuse(), "mprotect", (2, MASKED_EQUAL, mmap.PROT_EXEC, mmap.PROT_EXEC))
        but.rule(refuse(), "pkey_mprotect", (2, MASKED_EQUAL, mmap.PROT_EXEC, mmap.PROT_EXEC))
        but.rule(refuse(), "shmat", (2, MASKED_EQUAL, 0o100000, 0o100000))
    if is_on(unit, "RestrictNamespaces"):
        but.rule(refuse(errno.ENOSYS), "clone3")
        but.rule(refuse(), "setns")
        for kind in NAMESPACES:
            but.rule(refuse(), "clone", (0, MASKED_EQUAL, kind, kind))
            but.rule(refuse(), "unshare", (0, MASKED_EQUAL, kind, kind))
    if is_on(unit, "RestrictSUIDSGID"):
        for bit in (stat.S_ISUID, stat.S_ISGID):
            for call, place in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2), ("mkdir", 1), ("mkdirat", 2), ("mknod", 1), ("mknodat", 2)):
                but.rule(refuse(), call, (place, MASKED_EQUAL, bit, bit))
    if is_on(unit, "RestrictRealtime"):
        but.rule(refuse(), "sched_setscheduler", (1, GREATER_OR_EQUAL, 1, 0))
    if is_on(unit, "LockPersonality"):
        but.rule(refuse(), "personality", (0, NOT_EQUAL, 0, 0))
    families = {int(getattr(socket, name)) for name in settings_of_unit(unit, "RestrictAddressFamilies")[0].split()}
    for family in set(range(64)) - families:
        but.rule(refuse(errno.EAFNOSUPPORT), "socket", (0, EQUAL, family, 0))
    only.load()
    but.load()


def is_on(unit: str, name: str) -> bool:
    return settings_of_unit(unit, name) == ["yes"]


def mounts(unit: str, root: Path) -> str:
    """The commands of a shell that lay the file systems out as the unit wants to see them."""
    state = "/var/lib/" + settings_of_unit(unit, "StateDirectory")[0]
    python = [Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve(), REPOSITORY]
    hidden = ["/tmp", "/var/tmp"] if is_on(unit, "PrivateTmp") else []
    hidden += ["/home", "/root", "/run/user"] if is_on(unit, "ProtectHome") else []
    hidden = [place for place in hidden if Path(place).is_dir() and not any(lies.is_relative_to(place) for lies in python)]
    lines = [
        "set -eu",
        "mount --make-rprivate /",
        "mount -t tmpfs opt /opt",
        "mount -t tmpfs lib /var/lib",
        f"mkdir /opt/matinee {state}",
        f"mount --bind '{root}/opt/matinee' /opt/matinee",
        f"mount --bind '{root}{state}' {state}",
    ]
    if is_on(unit, "PrivateDevices"):
        lines += [f"mkdir -p '{root}/dev'", f"mount -t tmpfs -o mode=755,nosuid dev '{root}/dev'"]
        lines += [f"mknod -m 666 '{root}/dev/{name}' c {major} {minor}" for name, (major, minor) in DEVICES.items()]
        lines += [f"mkdir '{root}/dev/shm'", f"mount --bind /dev/shm '{root}/dev/shm'", f"mount --move '{root}/dev' /dev"]
    if settings_of_unit(unit, "ProtectSystem") == ["strict"]:
        lines += ["mount -o remount,bind,ro /", "mount -o remount,bind,ro /opt/matinee"]
    if is_on(unit, "ProtectKernelTunables"):
        lines += ["mount --bind /proc/sys /proc/sys", "mount -o remount,bind,ro /proc/sys", "mount -o remount,bind,ro /sys"]
    lines += [f"mount -t tmpfs -o mode=1777 private {place}" for place in hidden]
    lines += [f"cd {settings_of_unit(unit, 'WorkingDirectory')[0]}", f"umask {settings_of_unit(unit, 'UMask')[0]}"]
    return "\n".join(lines)


def command(unit: str, root: Path, program: list[str]) -> list[str]:
    """What to start for the unit's command, or the given program in its place."""
    become = ["unshare", "--user", "--map-root-user"] if is_on(unit, "PrivateUsers") else []
    become += ["setpriv", "--no-new-privs"] if is_on(unit, "NoNewPrivileges") else ["setpriv"]
    if settings_of_unit(unit, "CapabilityBoundingSet") == [""]:
        become += ["--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"]
    become += [sys.executable, "-m", SELF, "--within", unit, *program]
    return ["unshare", "--mount", "sh", "-c", mounts(unit, root) + '\nexec "$@"', "confined", *become]


def main() -> None:
    """Outside: enter the namespaces. Within: install the filters and become the program."""
    if sys.argv[1] == "--within":
        _, _, unit, *program = sys.argv
        filters(unit)
        if "LISTEN_FDS" in os.environ:
            os.environ["LISTEN_PID"] = str(os.getpid())
        os.execv(program[0], program)
    unit, root, *program = sys.argv[1:]
    started = command(unit, Path(root), program or settings_of_unit(unit, "ExecStart")[0].split())
    os.execvp(started[0], started)


if __name__ == "__main__":
    assert (DEPLOY / "systemd").is_dir()
    main()
