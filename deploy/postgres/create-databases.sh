#!/bin/bash
# One database a service; its owner role changes tables, its application role only reads and writes rows.
set -euo pipefail
for service in customer_master sales aftersales call_center feedback; do
  upper=${service^^}
  owner_password="${upper}_OWNER_PASSWORD"
  password="${upper}_PASSWORD"
  psql -v ON_ERROR_STOP=1 --username postgres \
    -v service="$service" -v owner="${service}_owner" \
    -v owner_password="${!owner_password}" -v password="${!password}" <<'SQL'
CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password';
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"owner";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"service" TO :"service";
\connect :"service"
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"service";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT USAGE, SELECT ON SEQUENCES TO :"service";
GRANT USAGE ON SCHEMA public TO :"service";
GRANT ALL ON SCHEMA public TO :"owner";
SQL
done
