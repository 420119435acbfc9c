"""State, plan and receipt as versioned JSON: models, reading, writing, and their schemas."""
