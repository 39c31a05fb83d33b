"""The law of the house, and the facts of the countries."""
