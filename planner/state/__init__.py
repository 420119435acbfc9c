"""State and plan as versioned JSON; stores and their locks."""
