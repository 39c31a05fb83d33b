"""What a developer's machine needs beside Tamga; nothing here runs in production."""
