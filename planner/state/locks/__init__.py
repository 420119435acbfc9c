"""What locks of a state share: who holds one, the flocked file beside it, and leases."""
