"""Türkiye: the registration of a birth, as worked examples."""

from tests.law import Row

ROWS = (
    Row(
        given="A child is born on 1 January; it is told in the last second of the thirtieth day's Monday",
        filed="2026-02-02 23:59:59",
        facts={"child.born_on": "2026-01-01"},
        limits={"notification": "2026-02-02, raw 2026-01-31, in time"},
        fee="0 TRY",
        evidence=(),
        no_warnings=("late:officer",),
        counted="1.1. + 30 calendar days = 31.1., a Saturday; Monday is 2.2.",
        law="tr-sariv",
    ),
    Row(
        given="The same child, told at midnight",
        filed="2026-02-03 00:00",
        facts={"child.born_on": "2026-01-01"},
        limits={"notification": "2026-02-02, late"},
        warnings=("late:officer",),
        counted="The day ends at 24:00 by the clock in Ankara",
        law="tr-sariv",
    ),
    Row(
        given="A child is born on 24 March, and the thirtieth day is the Children's Day",
        filed="2026-04-24 10:00",
        facts={"child.born_on": "2026-03-24"},
        limits={"notification": "2026-04-24, raw 2026-04-23, in time"},
        counted="24.3. + 30 calendar days = 23.4., a holiday; 24.4. is a Friday",
        law="tr-sariv",
    ),
    Row(
        given="A refusal is served on 10 June",
        filed="2026-06-01 10:00",
        served="2026-06-10 11:00",
        appeal="2026-08-10, raw 2026-08-09",
        counted="20 days to 30.6., 31 to 31.7., 9 more: 9.8., a Sunday; Monday is 10.8.",
        law="tr-2577, article 7",
    ),
    Row(
        given="Half past nine in the evening of 31 December in London is the new year in Ankara",
        filed="2026-12-31 21:30 UTC",
        facts={"child.born_on": "2026-12-20"},
        legal_day="2027-01-01",
        terms="2006-04-29",
        counted="Ankara is three hours ahead of UTC: 00:30 on 1.1.2027",
        law="rule 1",
    ),
)
