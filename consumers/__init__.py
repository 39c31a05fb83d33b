"""Who reads the streams from outside: registries, and the demonstration; they act as anybody does, over HTTP."""
