"""Search (检索): one bigram index behind one interface, on SQLite and on PostgreSQL."""
