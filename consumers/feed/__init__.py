"""The feed kit: a recipient reads its feed in order, and verifies it with public keys only.

What is done with an event is not here: the reference registry (``consumers/registry``) is one way.

==============  ==========================================================================================
message         a CloudEvent of the feed, from Kafka or HTTP alike
sources         where messages come from: the topic, or the feed over HTTP
inbox           the order of the feed, and whole appends; repeats, gaps
checks          signature, authority of the key, streams, chain, heads: with public keys only
position        how far it is read
house_client    a machine client of a house
==============  ==========================================================================================
"""
