"""Records (台账), floor 1: the tables, one noun per file, and the transaction that commits them."""
