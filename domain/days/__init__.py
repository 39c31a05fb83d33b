"""Days of a country: which are worked, when an office is open, and the deadlines of the law counted in them."""
