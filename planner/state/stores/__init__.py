"""Where a state is kept: what all stores share, and a package for each."""
