"""The law of the member countries, found by being there: a folder is a country, with facts and terms only."""
