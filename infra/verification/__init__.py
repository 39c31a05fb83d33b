"""Whether logs are what was signed: nothing altered, added, removed or moved; with public keys and no secret.

``verify_logs`` looks at each event in the order of its log, and reports the first check that it fails:

 1. file         the file holds a log, its pages agree; its index of versions knows every row, and each version once
 2. position     positions are 0, 1, 2 ... without gaps
 3. form         a compact JWS in its one form: strict base64url, header alg, kid and typ, canonical payload
 4. envelope     exactly the members of the format, in their shapes
 5. row          the row's columns for stream, version and type say the same as the event in it
 6. log          it was signed for this log
 7. key          authorised by the log before this position, for this authority and type, and not retired
 8. signature    the key signed it, with low s
 9. index        it was signed for the position at which it stands
10. chain        it was signed after exactly what stands before it in the log
11. time         in UTC with six digits, never before that of the event before it in the log
12. members      the members of the type; a digest for each personal one, so that counts tell nothing
13. sealed       exactly the boxes that the event names, in order
14. disclosures  (with the key store) they open to exactly the digests; closed only what an erasure names
15. version      1, 2, 3 ... in the stream, each after the one before, of one family
16. link         `prev` is the hash of the event before it in the stream
17. recipients   known to the log, sorted, its own country among them; in a stream they only become more
18. append       what was appended together stands together, the lead last, naming all others
19. keys         what is said of keys holds: certificates lead to the root, a retirement's size and root
20. head         (of a feed) its numbers have no gaps, and its signed head counts exactly what came
21. statement    a registry's receipt or objection in it is about just this, signed by a key for such ones, and about
                 what this case wrote into that entry; a case is completed when all that it wrote is receipted; where
                 it opens, the treasury signed what money came or went back, and the hospitals what they told
22. accesses     (where it is at hand) the table of who read what is one chain, and has the heads that the log holds
23. restriction  what is placed is of a kind of that office, and new; what is lifted was live, by who placed it or by
                 the court that the law names for its kind
24. amendment    what is corrected or annulled by one alone is so by the court that the law names, or on appeal; by two,
                 as another one proposed it, once; it is the newest change, what is annulled reads as before, and what a
                 court decided only a court amends
25. officer      whoever acts as an officer was appointed so in the log, for that authority, and in office there; two
                 who decide (with the key store) are two people
26. office       a case is signed for by the office of its terms, which are those of its day, an entry by those of its
                 register, opinions by who was asked, and appeals by with whom one is open
27. reach        no entry is changed under a live restriction that stops the change, nor created while it is there
28. basis        an entry is written by an import, by what its case decided, by an amendment (with the case that wrote
                 what is amended), or after its last day
29. course       what happens in a case fits its stage: decided when consented and paid, by two where two are asked, by
                 others after a set-aside; each party says its own; fees and grounds are those of the terms, as far as
                 public members tell, refunds of payments that came; what is approved is written once
30. claim        what only one may have is taken where it is free, and let go of by who has it; a case claims something
31. erasure      only what has ended is forgotten, when nobody can appeal any more, by who may

What cannot be seen so is said in ``not_covered``. The numbers return in the code: 1 and 19d in logs.py; 2, 5, 6 and 8
to 11 in events.py; 3, 4 and 12 in statement.py; 7 and 19 in keys.py; 13 and 14 in sealed.py; 15 to 17 in streams.py; 18
in appends.py; 20 in feed.py; 21 in outsiders.py, offices.py, payments.py and
birth_notices.py; 22 in readings.py; 23 in restrictions.py;
24 in amendments.py; 25 in officers.py and two_people.py; 26 in offices.py; 27 in reach.py; 28 in basis.py; 29 in
courses.py, by the fold of course.py, and by_terms.py; 30 in claims.py; 31 in erasures.py.
"""

from infra.stores.vault import KeyStore
from infra.verification.findings import Failure, Report
from infra.verification.folder import verify_folder
from infra.verification.logs import CannotVerify, verify_logs
from infra.verification.replay import NoSuchStream, Unreplayable, WrongMoment, replay
from infra.verification.source import Source

__all__ = [
    "CannotVerify",
    "Failure",
    "KeyStore",
    "NoSuchStream",
    "Report",
    "Source",
    "Unreplayable",
    "WrongMoment",
    "replay",
    "verify_folder",
    "verify_logs",
]
