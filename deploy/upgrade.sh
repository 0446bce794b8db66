#!/usr/bin/env bash
# Brings in a release while the one before it serves: deploy/upgrade.sh <tag or commit>. As root, on the server.
#
# Each release has a folder of its own. The tables are brought up to date first, which the old code bears (columns
# are added, never taken, in the release that stops using them); then the link is turned and both units restarted.
# The socket is systemd's, so requests wait for the second that takes. When the new release does not become ready,
# the link is turned back.
set -euo pipefail
release=${1:?which tag or commit?}
home=${SITE_HOME:-/opt/coaching-site}
address=${SITE_ADDRESS:-http://127.0.0.1:8000}
new=$home/releases/$release
# Empty before the first release: there is nothing to keep then, and nothing to turn back to.
old=$(readlink -e "$home/current" || true)

as_site() { # a command of the new release, as the units run it
    systemd-run --quiet --wait --pipe --collect --property=User=coaching-site --property=UMask=0077 \
        --property=EnvironmentFile=/etc/coaching-site.env --property=WorkingDirectory="$new" \
        "$new/.venv/bin/python" manage.py "$@"
}

turn_to() {
    ln -sfn "$1" "$home/current.new" && mv -T "$home/current.new" "$home/current"
    # What does not start is found out below.
    systemctl restart coaching-site-web coaching-site-worker || true
}

is_ready() {
    for _ in $(seq 60); do
        curl -fsS --max-time 2 "$address/readyz" >/dev/null 2>&1 && return
        sleep 0.5
    done
    return 1
}

if [ ! -d "$new" ]; then
    git -C "$home/repository" fetch --quiet --tags
    git -C "$home/repository" worktree add --quiet --detach "$new" "$release"
    python3 -m venv "$new/.venv"
    "$new/.venv/bin/pip" install --quiet --require-hashes -r "$new/requirements-server.txt"
fi
as_site check --deploy --fail-level ERROR
[ -z "$old" ] || as_site backup --keep 14
as_site prepare
turn_to "$new"
if is_ready; then
    echo "Release $release serves."
else
    echo "Release $release did not become ready within 30 seconds." >&2
    [ -z "$old" ] || { turn_to "$old"; echo "Turned back to $(basename "$old")." >&2; }
    exit 1
fi
