#!/bin/sh
# The command line as the services have it: their settings, their account. Install it as /usr/local/bin/gongmun
# and run it as root: sudo gongmun doctor.
set -eu
set -a
. /etc/gongmun/gongmun.env
set +a
export GONGMUN_ENV_FILE=
cd /opt/gongmun
exec setpriv --reuid gongmun --regid gongmun --init-groups --no-new-privs -- .venv/bin/gongmun "$@"
