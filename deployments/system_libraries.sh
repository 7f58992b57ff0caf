#!/bin/sh
# The machine's part of the set-up: Python 3.11 with venv, and the libraries that print documents.
# Missing packages are installed where this runs as root on a machine with apt; else the one line to
# type is printed. libharfbuzz-subset0 matters: without it printing is 2.5 times slower, silently.
set -eu
python=${1:-python3}

libraries=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)
missing=
need() { # package, shared library
	case $libraries in *"$2"*) ;; *) missing="$missing $1" ;; esac
}
need libpango-1.0-0 libpango-1.0.so.0
need libpangoft2-1.0-0 libpangoft2-1.0.so.0
need libharfbuzz-subset0 libharfbuzz-subset.so.0
command -v "$python" >/dev/null 2>&1 || missing="$missing python3"
"$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || missing="$missing python3-venv"

if [ -n "$missing" ]; then
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
		echo "Installing / 설치합니다:$missing"
		export DEBIAN_FRONTEND=noninteractive
		apt-get update -qq
		apt-get install -qq -y --no-install-recommends $missing >/dev/null
	else
		echo "다음 명령으로 필요한 꾸러미를 설치한 뒤 다시 실행해 주십시오." >&2
		echo "System packages are missing. Type this line, then run make again:" >&2
		echo "  sudo apt-get update && sudo apt-get install -y$missing" >&2
		exit 1
	fi
fi

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
	echo "Python 3.11 이상이 필요합니다. make PYTHON=python3.11 처럼 지정해 주십시오." >&2
	echo "Python 3.11 or newer is needed; name it, as in: make PYTHON=python3.11 demo" >&2
	exit 1
fi
