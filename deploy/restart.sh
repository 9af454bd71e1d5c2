#!/usr/bin/env bash
# Starts one of the two web servers anew and, once it can answer, the other: somebody answers all the time. Then the worker of /personalize.
set -euo pipefail

for each in a b; do
  systemctl restart "matinee-web@$each.service"
  for _ in $(seq 100); do
    # 503 is an answer too: before the first training nobody has lists.
    answer=$(curl -s -o /dev/null -w '%{http_code}' --unix-socket "/run/matinee/web-$each.sock" http://matinee/readyz || true)
    [[ $answer == 000 ]] || break
    sleep 0.2
  done
  [[ $answer != 000 ]] || { echo "restart: matinee-web@$each does not answer; the other was left as it is. journalctl -u matinee-web@$each" >&2; exit 1; }
done
# What it is at is begun again with the new version.
systemctl try-restart matinee-personalize.service
