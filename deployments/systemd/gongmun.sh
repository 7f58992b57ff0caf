#!/bin/sh
# The command line as the services have it: their settings, their account. Install it as /usr/local/bin/gongmun
# and run it as root: sudo gongmun doctor. What is given to it in its environment goes before the services'
# settings: GONGMUN_DATABASE_URL=… gongmun setup.
set -eu
given=$(export -p)
set -a
GONGMUN_ENV_FILE=
. /etc/gongmun/gongmun.env
set +a
eval "$given"
cd /opt/gongmun
exec setpriv --reuid gongmun --regid gongmun --init-groups --no-new-privs -- .venv/bin/gongmun "$@"
