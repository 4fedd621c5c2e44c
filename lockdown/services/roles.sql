-- Rights of the app's role on whatever lockdown_owner creates in this database.
-- Run as lockdown_owner (or an administrator) in a new database, before the first migration.
-- Repeating it does no harm. It never grants on existing tables, so what a migration has
-- taken away (the journal is append-only) stays away.
ALTER DEFAULT PRIVILEGES FOR ROLE lockdown_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lockdown_app;
ALTER DEFAULT PRIVILEGES FOR ROLE lockdown_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO lockdown_app;
DO $$
BEGIN
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO lockdown_app', current_database());
END
$$;
GRANT USAGE ON SCHEMA public TO lockdown_app;
