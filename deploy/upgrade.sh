#!/usr/bin/env bash
# Brings in a release while the one before it serves: deploy/upgrade.sh <tag or commit>. As root, on the server.
# On an empty server it brings in the first; with a backup as well, that is restored: deploy/upgrade.sh <tag> <backup>.
#
# Each release has a folder of its own. The tables are brought up to date first, which the old code bears (columns
# are added, never taken, in the release that stops using them); then the link is turned, the release's units are put
# in place, and both are restarted. The socket is systemd's, so requests wait for the seconds that takes. When a unit
# does not start, or the site does not become ready, all that is turned back.
set -euo pipefail
umask 022
release=${1:?which tag or commit?}
backup=${2:-}
home=${SITE_HOME:-/opt/coaching-site}
address=${SITE_ADDRESS:-http://127.0.0.1:8000}
data=/var/lib/coaching-site
new=$home/releases/$release
# Empty before the first release: there is nothing to keep then, and nothing to turn back to.
old=$(readlink -e "$home/current" || true)

as_site() { # a command of the new release
    "$new/deploy/manage.sh" "$@"
}

turn_to() {
    ln -sfn "$1" "$home/current.new" && mv -T "$home/current.new" "$home/current" &&
        cp "$1"/deploy/systemd/* /etc/systemd/system/ && systemctl daemon-reload &&
        systemctl restart coaching-site-web coaching-site-worker
}

is_ready() {
    local deadline=$((SECONDS + 30))
    until curl -fsS --max-time 2 "$address/readyz" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.5
    done
}

if [ -n "$backup" ] && [ -n "$old" ]; then
    echo "A backup is restored into an empty place, and $(basename "$old") serves here." >&2
    exit 1
fi
if [ ! -e "$new/.venv/complete" ]; then
    if [ ! -d "$new" ]; then
        git -C "$home/repository" fetch --quiet --tags
        git -C "$home/repository" worktree add --quiet --detach "$new" "$release"
    fi
    python3 -m venv --clear "$new/.venv"
    "$new/.venv/bin/pip" install --quiet --require-hashes -r "$new/requirements-server.txt"
    touch "$new/.venv/complete"
fi
as_site check --deploy --fail-level ERROR
if [ -n "$backup" ]; then
    install -d -o coaching-site -g coaching-site -m 0700 "$data/backups"
    install -o coaching-site -g coaching-site -m 0600 "$backup" "$data/backups/"
    as_site restore "$data/backups/$(basename "$backup")"
elif [ -n "$old" ]; then
    as_site backup --keep 14
fi
as_site prepare
if turn_to "$new" && is_ready; then
    echo "Release $release serves."
else
    echo "Release $release did not start, or was not ready within 30 seconds: journalctl -u 'coaching-site-*'" >&2
    if [ -n "$old" ]; then
        turn_to "$old"
        echo "Turned back to $(basename "$old")." >&2
    fi
    exit 1
fi
