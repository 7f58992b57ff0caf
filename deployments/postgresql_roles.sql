-- Two roles for Gongmun on PostgreSQL: one that owns the tables and changes them (`gongmun setup`, restore), and one for
-- the work, which owns nothing: it cannot change the schema, nor take the guard of the ledger away.
--
--   export OWNER_PASSWORD WORK_PASSWORD
--   psql -v ON_ERROR_STOP=1 -f deployments/postgresql_roles.sql
--
-- Run it once, as a superuser, with psql 14 or newer. The passwords come by the environment: on the command line the
-- whole machine could read them. Then: `gongmun setup` with the URL of gongmun_owner, everything else with that of
-- gongmun_work.

\getenv owner_password OWNER_PASSWORD
\getenv work_password WORK_PASSWORD
-- Nor into the server's log.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
CREATE ROLE gongmun_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE gongmun_work LOGIN PASSWORD :'work_password';
CREATE DATABASE gongmun OWNER gongmun_owner;
\connect gongmun
REVOKE ALL ON DATABASE gongmun FROM PUBLIC;
GRANT CONNECT ON DATABASE gongmun TO gongmun_work;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO gongmun_owner;
GRANT USAGE ON SCHEMA public TO gongmun_work;
-- Also for the tables that later versions add.
ALTER DEFAULT PRIVILEGES FOR ROLE gongmun_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO gongmun_work;
ALTER DEFAULT PRIVILEGES FOR ROLE gongmun_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO gongmun_work;
