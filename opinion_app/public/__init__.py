"""Public (公众): the pages for citizens; `replies` reads publications only."""
