"""Cases over HTTP: filing, what is done afterwards, payments, evidence, reading."""
