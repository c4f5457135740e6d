-- The database role of the public wing on PostgreSQL: what `opinion serve --public` may do, and nothing else.
--
-- Run as the owner of the office's tables, after `opinion init` (and again after an upgrade):
--     psql "$OPINION_DATABASE_URL" -v password="'…'" -f docs/sql/public-role.sql
-- then start the public wing with OPINION_PUBLIC_DATABASE_URL=postgresql://opinion_public:…@host/database

SELECT 'CREATE ROLE opinion_public LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'opinion_public') \gexec
\if :{?password}
ALTER ROLE opinion_public PASSWORD :password;
\endif

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM opinion_public;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM opinion_public;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO opinion_public;

-- Reading: publications that are out, their index, view counts, monthly figures, the office's words about itself,
-- and the version of the schema, by which the program knows that it fits.
GRANT SELECT ON publications, published_files, publication_index, view_counts, public_figures, rating_figures, settings,
    alembic_version TO opinion_public;
GRANT INSERT (publication_id, views), UPDATE (views) ON view_counts TO opinion_public;

-- Withdrawn publications and drafts do not exist for this role, whatever it asks.
ALTER TABLE publications ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS public_reads_what_is_out ON publications;
CREATE POLICY public_reads_what_is_out ON publications FOR SELECT TO opinion_public USING (state = 'published');

ALTER TABLE published_files ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS public_reads_files_that_are_out ON published_files;
CREATE POLICY public_reads_files_that_are_out ON published_files FOR SELECT TO opinion_public
    USING (EXISTS (SELECT FROM publications WHERE publications.id = published_files.publication_id));

-- Of the settings those the pages show or need; a setting that is not named here stays inside.
ALTER TABLE settings ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS public_reads_what_the_pages_need ON settings;
CREATE POLICY public_reads_what_the_pages_need ON settings FOR SELECT TO opinion_public
    USING (name IN ('office', 'areas', 'number_patterns', 'published_version'));

-- Following a message: only the row whose query code was given. The program says its keyed hash for one transaction
-- (records/vouched); without OPINION_SECRET_KEY nobody can make one, and no row can be listed.
GRANT SELECT ON progress TO opinion_public;
ALTER TABLE progress ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS public_follows_by_code ON progress;
CREATE POLICY public_follows_by_code ON progress FOR SELECT TO opinion_public
    USING (code_hash = current_setting('opinion.code_hash', true));

-- Writing: messages go into the inbox; their text can be put in but never read back, and none comes as taken in already.
GRANT INSERT ON submissions TO opinion_public;
GRANT SELECT (id, number, code_hash, submitted_at, taken_at) ON submissions TO opinion_public;
ALTER TABLE submissions ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS public_finds_by_code ON submissions;
CREATE POLICY public_finds_by_code ON submissions FOR SELECT TO opinion_public
    USING (code_hash = current_setting('opinion.code_hash', true));
DROP POLICY IF EXISTS public_leaves_messages ON submissions;
CREATE POLICY public_leaves_messages ON submissions FOR INSERT TO opinion_public
    WITH CHECK (taken_at IS NULL AND case_id IS NULL);

-- Ratings too are put in and never read back: only whether the answer one has the code of was rated already.
GRANT INSERT ON ratings TO opinion_public;
GRANT SELECT (id, number, round, submitted_at) ON ratings TO opinion_public;
ALTER TABLE ratings ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS public_knows_own_ratings ON ratings;
CREATE POLICY public_knows_own_ratings ON ratings FOR SELECT TO opinion_public
    USING (EXISTS (SELECT FROM progress WHERE progress.number = ratings.number));
DROP POLICY IF EXISTS public_rates_own_answer ON ratings;
CREATE POLICY public_rates_own_answer ON ratings FOR INSERT TO opinion_public
    WITH CHECK (taken_at IS NULL AND case_id IS NULL AND NOT reopened AND EXISTS (
        SELECT FROM progress WHERE progress.number = ratings.number AND progress.round = ratings.round));

-- The one-time key of a form: only the row whose key was sent, and of it only where its sender is led to.
GRANT SELECT, INSERT, UPDATE (location) ON form_keys TO opinion_public;
ALTER TABLE form_keys ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS public_knows_its_form ON form_keys;
CREATE POLICY public_knows_its_form ON form_keys TO opinion_public
    USING (key = current_setting('opinion.form_key', true) AND person_id IS NULL);

-- Numbers: the series of messages and no other, up by one and never down.
GRANT SELECT, INSERT, UPDATE (value) ON counters TO opinion_public;
ALTER TABLE counters ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS public_counts_messages ON counters;
CREATE POLICY public_counts_messages ON counters TO opinion_public USING (series = 'message');

-- Readings are added to, never taken away. This function runs with the rights of whoever writes.
CREATE OR REPLACE FUNCTION opinion_public_counts_up() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF current_user = 'opinion_public' AND (
        (TG_TABLE_NAME = 'counters' AND TG_OP = 'INSERT' AND (to_jsonb(NEW) ->> 'value')::bigint <> 0)
        OR (TG_TABLE_NAME = 'counters' AND TG_OP = 'UPDATE'
            AND (to_jsonb(NEW) ->> 'value')::bigint <> (to_jsonb(OLD) ->> 'value')::bigint + 1)
        OR (TG_TABLE_NAME = 'view_counts' AND TG_OP = 'UPDATE'
            AND (to_jsonb(NEW) ->> 'views')::bigint < (to_jsonb(OLD) ->> 'views')::bigint)
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'the public wing counts up, nothing else';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS public_counts_up ON counters;
CREATE TRIGGER public_counts_up BEFORE INSERT OR UPDATE ON counters FOR EACH ROW EXECUTE FUNCTION opinion_public_counts_up();
DROP TRIGGER IF EXISTS public_counts_up ON view_counts;
CREATE TRIGGER public_counts_up BEFORE UPDATE ON view_counts FOR EACH ROW EXECUTE FUNCTION opinion_public_counts_up();

-- Uses of the forms are counted for the limits: keyed hashes of addresses with their times, no address.
GRANT SELECT, INSERT ON public_attempts TO opinion_public;
GRANT USAGE ON SEQUENCE submissions_id_seq, public_attempts_id_seq, ratings_id_seq TO opinion_public;
