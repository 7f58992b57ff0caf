#!/bin/sh
# Run once by the image of PostgreSQL, on an empty database: our roles, with the passwords of the secrets.
set -eu
secrets=${SECRETS:-/run/secrets}

password() { sed -n 's/^[A-Z_]*DATABASE[A-Z_]*=.*:\/\/[a-z_]*:\([0-9a-f]*\)@.*/\1/p' "$secrets/$1"; }

# By the environment, which nobody else reads as everybody does a command line.
OWNER_PASSWORD=$(password owner)
WORK_PASSWORD=$(password gongmun)
PREFECT_PASSWORD=$(password prefect)
export OWNER_PASSWORD WORK_PASSWORD PREFECT_PASSWORD

psql -v ON_ERROR_STOP=1 -U postgres -f "${ROLES:-/gongmun/postgresql_roles.sql}"
psql -v ON_ERROR_STOP=1 -U postgres <<'END'
\getenv password PREFECT_PASSWORD
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
CREATE ROLE prefect LOGIN PASSWORD :'password';
CREATE DATABASE prefect OWNER prefect;
\connect prefect
REVOKE ALL ON DATABASE prefect FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO prefect;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
END
