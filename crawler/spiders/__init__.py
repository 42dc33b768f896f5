"""One spider for any feed, and a small file for each site that needs more."""
