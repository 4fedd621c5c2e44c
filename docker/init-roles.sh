#!/bin/bash
# Runs once, when the postgres volume is empty: the two roles, the database, the app's rights.
# The rights also go into template1, so that databases made later by the owner have them.
set -euo pipefail

psql=(psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER")

"${psql[@]}" --dbname postgres \
    -v owner_password="$LOCKDOWN_OWNER_PASSWORD" -v app_password="$LOCKDOWN_APP_PASSWORD" <<'SQL'
CREATE ROLE lockdown_owner LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS
    PASSWORD :'owner_password';
CREATE ROLE lockdown_app LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS
    PASSWORD :'app_password';
SQL
"${psql[@]}" --dbname template1 --file /roles.sql
"${psql[@]}" --dbname postgres -c 'CREATE DATABASE lockdown OWNER lockdown_owner'
