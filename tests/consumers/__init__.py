"""Who reads the streams, from outside of the house."""
