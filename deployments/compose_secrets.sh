#!/bin/sh
# The secrets of compose.yaml, made once: random passwords, one file for each container that needs one.
# What is there already stays. The folder is closed to others; the files in it are not, because the accounts
# inside the containers have numbers of their own.
set -eu
folder=${1:-$(dirname "$0")/../var/secrets}

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

keep() { # file: its content comes from standard input, unless it is there
	if [ -e "$folder/$1" ]; then cat >/dev/null; else cat >"$folder/$1" && chmod 444 "$folder/$1"; fi
}

mkdir -p "$folder"
chmod 700 "$folder"
random | keep postgres_password
printf 'GONGMUN_DATABASE_URL=postgresql+psycopg://gongmun_owner:%s@database/gongmun\n' "$(random)" | keep owner.env
printf 'PREFECT_SERVER_DATABASE_CONNECTION_URL=postgresql+asyncpg://prefect:%s@database/prefect\n' "$(random)" | keep prefect.env
# Without an end of line: it also becomes a variable of jobs.
printf 'coordinator:%s' "$(random)" | keep prefect_login
keep gongmun.env <<END
# Settings of Gongmun, docs/operator.md has all of them: NAME=value. Also those that are secret.
GONGMUN_DATABASE_URL=postgresql+psycopg://gongmun_work:$(random)@database/gongmun
#GONGMUN_PUBLIC_URL=https://gongmun.agency.example
#GONGMUN_PORTAL__PROXIES=1
#GONGMUN_MAIL__HOST=relay.agency.example
#GONGMUN_MAIL__USERNAME=gongmun
#GONGMUN_MAIL__PASSWORD=PASSWORD
#GONGMUN_MAIL__SENDER=forum@agency.example
# Who is told what goes wrong; without it nobody is mailed.
#GONGMUN_COORDINATORS=kim@agency.example,lee@agency.example
END
# To be edited, by whoever owns it.
chmod 644 "$folder/gongmun.env"
echo "비밀 파일: $folder / secrets: $folder"
