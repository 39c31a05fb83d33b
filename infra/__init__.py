"""The only place with vendors: stores, keys, bytes and the outside world; no rule of law lives here."""
