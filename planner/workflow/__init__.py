"""Use cases: edges and core in the right order; they emit events and print nothing."""
