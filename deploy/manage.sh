#!/usr/bin/env bash
# A command of the site, as its units would run it: deploy/manage.sh send_test_mail you@elsewhere.example --wait.
# As root, on the server. It is of the release in whose folder it is called.
set -euo pipefail
release=$(dirname "$(dirname "$(readlink -f "$0")")")
exec systemd-run --quiet --wait --pty --pipe --collect --property=User=coaching-site --property=UMask=0077 \
    --property=EnvironmentFile=/etc/coaching-site.env --property=WorkingDirectory="$release" \
    "$release/.venv/bin/python" manage.py "$@"
