"""What anybody may read: published replies as pages, feeds and data, and the office's figures. Reads no table of the office."""
