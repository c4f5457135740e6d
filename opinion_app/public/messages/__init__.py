"""What citizens do: leave a message and follow it with number and query code; writes to the inbox, reads the progress."""
