"""Running operations: what was started, what came of it, and what an interrupted run left open."""
