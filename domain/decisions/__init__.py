"""What each command leads to; ``domain/decide.py`` is the one way in, and says which is whose.

Decisions on a case, in the order of its life: filing, amending, consents, payments, review, opinions, approval,
registry, ends, serving, appeals; at any time: restating. On entries: amendments, which has their last days too, and
restrictions. On both: erasure. Beside these: competences, mandates.

What they share: situation, on which each stands; acting and times, for who and until when; checks, holding, quotas and
writing, for what claims and registers let in, keep and get.
"""
