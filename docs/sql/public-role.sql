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

-- Reading: publications that are out, their index, view counts, monthly figures, the office's words about itself.
GRANT SELECT ON publications, published_files, publication_index, view_counts, public_figures, rating_figures, settings TO opinion_public;
GRANT INSERT (publication_id, views), UPDATE (views) ON view_counts TO opinion_public;

-- Withdrawn publications and drafts do not exist for this role, whatever it asks.
ALTER TABLE publications ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS public_reads_what_is_out ON publications;
CREATE POLICY public_reads_what_is_out ON publications FOR SELECT TO opinion_public USING (state = 'published');

ALTER TABLE published_files ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS public_reads_files_that_are_out ON published_files;
CREATE POLICY public_reads_files_that_are_out ON published_files FOR SELECT TO opinion_public
    USING (EXISTS (SELECT FROM publications WHERE publications.id = published_files.publication_id));

-- Writing: messages go into the inbox; their text can be put in but never read back.
GRANT INSERT ON submissions TO opinion_public;
GRANT SELECT (id, number, code_hash, submitted_at, taken_at) ON submissions TO opinion_public;
GRANT SELECT ON progress TO opinion_public;
-- Ratings too are put in and never read back: only whether an answer was rated already.
GRANT INSERT ON ratings TO opinion_public;
GRANT SELECT (id, number, round, submitted_at) ON ratings TO opinion_public;
GRANT SELECT, INSERT ON public_attempts TO opinion_public;
GRANT SELECT, INSERT, UPDATE ON counters, form_keys TO opinion_public;
GRANT USAGE ON SEQUENCE submissions_id_seq, public_attempts_id_seq, ratings_id_seq TO opinion_public;
