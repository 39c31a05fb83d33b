"""What a development house has and production never: people, their provider of identity, a treasury, a Kafka.

Imports identity, keys, formats, runtime.
"""
