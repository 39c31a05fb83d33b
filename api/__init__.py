"""HTTP in, command out; rows out: the edge of the house, which decides nothing."""
