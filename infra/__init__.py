"""Stores, keys, bytes and the outside world: whatever may fail for another reason than the law, which is not here."""
