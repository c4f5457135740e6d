"""Publication (公开): the decision on it, masking and the two reviews, the snapshot that goes out, and its withdrawal."""
