#!/usr/bin/env bash
# Puts Matinee on this machine, or a newer version in the place of the one that runs, without a moment's silence:
#
#   sudo deploy/install.sh films.example.com             from this clone
#   sudo deploy/install.sh films.example.com FILE.whl    from a wheel
#
# It needs nginx, openssl, curl and Python 3.11 or newer (PYTHON=python3.12 names one); with gcc and Python's headers the hot loops are
# compiled. Run again it changes what has changed; your /etc/matinee/matinee.env and your certificate stay as they are.
# DESTDIR=folder lays the files under that folder and starts nothing.
set -euo pipefail

host=${1:?"Which name does the site have? deploy/install.sh films.example.com"}
here=$(cd "$(dirname "$0")/.." && pwd)
source=${2:-$here}
root=${DESTDIR:-}
kept=3 # versions

say() { printf '== %s\n' "$*"; }
stop() { printf 'install: %s\n' "$*" >&2; exit 1; }
[[ $host =~ ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$ ]] || stop "the site's name must be a host name in small letters, not '$host'"
[[ $root || $EUID -eq 0 ]] || stop "this needs root: sudo $0 $*"

if [[ ! $root ]]; then
  say "people: matinee, and the group of those who may ask its servers"
  getent group matinee-web >/dev/null || groupadd --system matinee-web
  id matinee &>/dev/null || useradd --system --user-group --home-dir /var/lib/matinee --shell /usr/sbin/nologin matinee
  web=$(id -un www-data 2>/dev/null || id -un nginx 2>/dev/null) || stop "there is no nginx here; install it first"
  usermod --append --groups matinee-web "$web"
fi

say "program: a new environment under /opt/matinee/releases"
release=/opt/matinee/releases/$(date -u +%Y%m%dT%H%M%SZ)
umask 022
mkdir -p "$root$release"
"${PYTHON:-python3}" -m venv "$root$release"
"$root$release/bin/python" -m pip --disable-pip-version-check -q install "$source"
(cd / && "$root$release/bin/python" -c "from recommender.models.kernels import native; print(native.says())")
packages=$("$root$release/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
for each in webapp/static deploy/notice.html deploy/gunicorn.conf.py deploy/restart.sh; do
  ln -s "${packages#"$root$release"/}/$each" "$root$release/${each##*/}"
done

say "settings: /etc/matinee, the units, nginx"
files=$packages/deploy
install -d -m 755 "$root"/etc/matinee "$root"/etc/systemd/system "$root"/etc/nginx "$root"/var/www/acme
install -d -m 700 "$root"/etc/matinee/tls
[[ -e $root/etc/matinee/matinee.env ]] || install -m 600 "$files/matinee.env" "$root/etc/matinee/matinee.env"
install -m 644 "$files"/systemd/* "$root/etc/systemd/system/"
nginx=$root/etc/nginx/nginx.conf
[[ ! -e $nginx || -e $nginx.before-matinee ]] || cp "$nginx" "$nginx.before-matinee"
sed "s/matinee\.example/$host/g; s/^user www-data;/user ${web:-www-data};/" "$files/nginx.conf" >"$nginx"
if [[ ! -e $root/etc/matinee/tls/fullchain.pem ]]; then # until the first real one is there
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$host" -addext "subjectAltName=DNS:$host" \
    -keyout "$root/etc/matinee/tls/privkey.pem" -out "$root/etc/matinee/tls/fullchain.pem" 2>/dev/null
fi

ln -sfn "releases/${release##*/}" "$root/opt/matinee/next"
mv -T "$root/opt/matinee/next" "$root/opt/matinee/current" # in one step: there is no moment without a version
find "$root/opt/matinee/releases" -mindepth 1 -maxdepth 1 | sort | head -n -$kept | xargs -r rm -rf
[[ ! $root ]] || { say "laid under $root; nothing was started"; exit 0; }

say "starting"
systemctl daemon-reload
nginx -t -q
systemctl enable --now matinee.target
/opt/matinee/current/restart.sh
systemctl enable nginx
systemctl reload-or-restart nginx

say "Matinee is at https://$host. Its first lists are there in a minute: journalctl -fu matinee-train"
[[ -L /etc/matinee/tls/fullchain.pem ]] || cat <<END
The certificate is one of our own making, which browsers do not trust. Once $host leads to this machine:
  certbot certonly --webroot -w /var/www/acme -d $host \\
    --deploy-hook 'ln -sf "\$RENEWED_LINEAGE"/*.pem /etc/matinee/tls/ && systemctl reload nginx'
END
