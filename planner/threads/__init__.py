"""Work in many threads: done once for all who ask, or spread over a bounded number of them."""
