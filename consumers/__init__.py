"""Who reads the streams from outside, and acts as anybody does, over HTTP: registries, the demonstration."""
