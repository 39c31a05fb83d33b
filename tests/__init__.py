"""The tests, in the order of the house: they may look into everything, and nothing looks into them."""
