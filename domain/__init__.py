"""The law of the house: pure decisions and folds; the glossary, and a map; never a clock, a disk or a network.

One word, one meaning:

==============  ====================================================================================
procedure       a document service as a country's law defines it (``domain/procedures/``)
case            one person's request under one procedure in one country: one signed event stream
request         what the applicant filed: the content of the form
party           a person or company with a role in the case (applicant, seller, buyer, mother, child)
appointee       a human or a machine within an authority, with the competences that they hold there
representative  a human who acts for a party that they are not: a head, a parent, by a mandate, at the counter
mandate         by which somebody, the *principal*, lets somebody act for them: procedures, days, how far
clerk           who has a mandate of a company, given by its head
capacity        for which party somebody acts, and as what; a *stated* capacity is what a caller says of it
counter         where an officer acts for who cannot sign in, with the paper that they signed
authority       the office that decides; an *officer* is a person who acts for it
terms           what a country asks from a day on, with the law that says so (``domain/law/``)
evidence        what is brought: attachments, attestations
document        what is issued, only that
register        a country's civil, permit, company or vehicle register
entry           one legal record in a register, with its own stream
amendment       of an entry a correction or an annulment (a *result* is what a case wrote); a request that is
                *amended* is restated by who filed it
restriction     what forbids to dispose of an entry: an arrest, a lien
birth notice    what the office of a country's hospitals states of a birth before anybody declares it; a *notice*
                alone, where people read, is what they are told of their cases
claim           the reservation of a key that must be unique, such as a VIN with an open sale
quota           so many places a year; a case takes a *slot* of it
log             one country's ordered, append-only record of all its events
feed            what one national registry receives
receipt         a registry's signed statement that it has applied an event
append          the events of one decision, in one or more streams: all of them, or none
desk            where the commands of one country are decided, one after the other
batch           the appends that a desk decides at once; it is written whole
situation       a command, its moment, and what was loaded for it: all that a decision sees
stream          the events of one thing, such as a case or an entry (``families.py``), counted from 1
projection      a pure fold of events to rows (``projections/``): a *view* shows a stream, a *turn* what an event
                changed, a *tally* counts
read model      the rows of a projection, which are asked; thrown away and made again from the log
generation      all read models as one fold made them; a new one is built beside the live one
follower        what keeps the read models up with a log
relay           what carries the feed from the log to Kafka
head            how far something has come, signed: a feed's count and hash, the accesses' last row
standing        how many events a recipient's feed has by now, and their hash; a head signs it
offer           a procedure in a country: its forms and its dated terms
ground          a reason to refuse, from the closed list of the law
refusal         why a command is not carried out; or, as an event, the authority's reasoned no
seal            the key with which an authority signs the events it is answerable for
whose           the person, by role in the case, whom a personal member is about
==============  ====================================================================================

Where to look, from what is asked to what is seen of it:

=================  =================================================================================
commands.py        what may be asked, and what a caller is; who may is a row of lifecycle.py
events.py          what can have happened, in the order of a case's life
families.py        the families of streams, each with its events and its fold
lifecycle.py       which command fits when, who may, what its decision has to see
about.py           what a command is about, by the law of its day; needs.py what is loaded to decide it
decide.py          from a command to its decision in decisions/; decision.py is what comes out
refusals.py        why not: codes and values; faults.py for what a form refuses
case.py            what a case is, in its parts (case_parts.py), after each event (case_fold.py)
entry.py           the same of entries; claim.py, mandate.py, seals.py, access.py of the others
appointee.py       what somebody may do for an authority, after its events
roles.py           the roles, and how a permission is written; authorisation.py whether this caller may
parties.py         who takes part in a case; persons.py what recognises them
birth_notice.py    what the hospitals told of a birth, and how a request stands to it
parentage.py       who is whose parent, as the births register says it
representation.py  who may act for them by a register or a mandate, today
visibility.py      what of a case each person sees; entry_visibility.py what of an entry
seen.py            an entry as the rules of the law see it on a day
obstacles.py       what stands in the way of a case in the registers; awaited.py who must act next, and until when
likenesses.py      what else is like what a case asks for
running.py         the times of a case that run, and which of them today's calendar makes later
retention.py       how long cases and entries are kept, and what they wait for before they are forgotten
estimates.py       what a draft would ask
examples.py        how a country shows that its forms are filled in
procedure.py       how a procedure is written, terms.py a country's law on it, register.py what it writes to;
                   procedures/ and law/ hold them
checks.py          what is looked at before something is done; lookup_keys.py by which keys all things are found
registers/         the registers that stand by themselves; the others stand with the procedures that write to them
offers.py          which country offers what; authorities.py which office signs what
signers.py         whose business an event is, by the law
facts.py           what a rule of the law looks at; limits.py and fees.py what the rules say of one request
forms.py           the values that forms are written of; names.py and numbers.py their normal forms, plates.py the
                   forms of number plates, currencies.py the money
key_kinds.py       by which kinds of keys a register is searched
countries.py       the countries that are there; country.py how their facts are written
days/              working days, office hours, deadlines
once.py            a property that is worked out once, for what is asked for again and again
=================  =================================================================================
"""
