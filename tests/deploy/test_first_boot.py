"""The machine's first boot, run as it stands in the template, below a folder and with stand-ins for what only a machine on AWS has."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.deploy.stack import TEMPLATE, read

# What it calls, each told in calls.txt. The address, the release and the domain name are late, each by one look.
STAND_IN = r"""#!/bin/bash
name=${0##*/}
echo "$name $*" >>calls.txt
second_time() { [[ -e $1 ]] || { touch "$1"; return 1; }; }
case "$name $*" in
  apt-get*update) second_time looked-for-a-way-out || exit 100 ;;
  curl*-o*) while [[ $1 != -o ]]; do shift; done; echo a package >"$2" ;;
  apt-get*.deb) mkdir -p opt/aws/amazon-cloudwatch-agent/etc ;;
  "aws s3api head-object"*) second_time looked-for-release || exit 255 ;;
  "aws s3 cp"*) cp release.tar.gz "${@: -1}" ;;
  getent*) second_time looked-for-name && echo "Address         STREAM films.example.org" || exit 2 ;;
esac
"""
CALLED = ["apt-get", "aws", "certbot", "curl", "getent", "sleep", "systemctl"]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder that is the root of a machine, with a release in the bucket whose installation tells what it was called with."""
    (tmp_path / "bin").mkdir()
    for name in CALLED:
        (tmp_path / "bin" / name).write_text(STAND_IN)
        (tmp_path / "bin" / name).chmod(0o755)
    for folder in ("etc/systemd/system", "usr/local/sbin", "deploy"):
        (tmp_path / folder).mkdir(parents=True)
    installation = tmp_path / "deploy" / "install.sh"
    installation.write_text('#!/bin/bash\necho "install.sh $*" >>calls.txt\n')
    installation.chmod(0o755)
    with tarfile.open(tmp_path / "release.tar.gz", "w:gz") as release:
        release.add(installation, "deploy/install.sh")
    return tmp_path


def _boot(machine: Path, *, domain: str = "") -> list[str]:
    """The lines of calls.txt after a boot that went well."""
    stack = read(TEMPLATE.read_text())
    stack.parameters["DomainName"]["Default"] = domain
    script = stack.filled_in(stack.properties("MachinePlan")["LaunchTemplateData"]["UserData"]["Fn::Base64"])
    script = re.sub(r"(?<![\w.:/\"])/(etc|usr|opt)/", rf"{machine}/\1/", script)
    path = f"{machine / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(["bash"], input=script, cwd=machine, env={"PATH": path}, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return (machine / "calls.txt").read_text().splitlines()


def test_the_machine_waits_for_a_way_out_then_for_the_release_and_installs_it(machine):
    calls = _boot(machine)

    in_order = [
        next(at for at, call in enumerate(calls) if call.startswith(beginning))
        for beginning in (
            "sleep 5",
            "apt-get -qq -y -o DPkg::Lock::Timeout=600 install awscli",
            "curl",
            "apt-get -qq -y -o DPkg::Lock::Timeout=600 install /",
            "systemctl enable",
            "sleep 15",
            "aws s3 cp",
            "install.sh",
        )
    ]
    assert in_order == sorted(in_order)
    assert calls[-1] == "install.sh HOST"
    assert not [call for call in calls if call.startswith("certbot")]


def test_a_certificate_is_asked_for_once_the_name_leads_to_the_machine(machine):
    calls = _boot(machine, domain="films.example.org")

    assert calls[-4:-1] == ["getent ahostsv4 films.example.org", "sleep 60", "getent ahostsv4 films.example.org"]
    assert calls[-1].startswith(
        "certbot certonly --non-interactive --agree-tos --email AlarmEmail --webroot -w /var/www/acme -d films.example.org "
    )
    assert 'ln -sf "$RENEWED_LINEAGE"/*.pem /etc/matinee/tls/ && systemctl reload nginx' in calls[-1].replace(str(machine), "")


def test_settings_are_for_their_owner_and_both_timers_take_on_the_trainers_role(machine):
    _boot(machine)

    assert (machine / "etc/matinee/matinee.env").stat().st_mode & 0o777 == 0o600
    assert (machine / "usr/local/sbin/matinee-release").stat().st_mode & 0o777 == 0o755
    roles = [(machine / f"etc/systemd/system/matinee-{unit}.service.d/role.conf").read_text() for unit in ("train", "backup")]
    assert roles[0] == roles[1]
    assert "AWS_PROFILE=trainer" in roles[0]
    json.loads((machine / "opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json").read_text())


def test_a_later_release_is_installed_by_one_command(machine):
    _boot(machine)
    path = f"{machine / 'bin'}:{os.environ['PATH']}"

    subprocess.run([machine / "usr/local/sbin/matinee-release"], cwd=machine, env={"PATH": path}, check=True)

    assert (machine / "calls.txt").read_text().splitlines()[-2:] == [
        next(call for call in reversed((machine / "calls.txt").read_text().splitlines()) if call.startswith("aws s3 cp")),
        "install.sh HOST",
    ]
