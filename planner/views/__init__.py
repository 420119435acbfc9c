"""What people see: values in, strings out; ``terminal`` alone writes and asks."""
