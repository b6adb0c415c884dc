"""What a schema cannot say of records: one small module per rule, its texts in the ``.yml`` beside it.

A rule module has ``NAME``, ``LEVEL``, optionally ``TYPES`` (the record types it looks at), and exactly one of

- ``check_record(record, rtype, settings) -> Iterable[Finding]``: one record tells all. With it may go
  ``fields(rtype) -> Iterable[str]``, asked once for each type: the record's own fields of which at least one must be
  there for the rule to have anything to say. Records without any of them are passed over, and so are all records of a
  type for which it names none. A rule that looks for what is absent has no ``fields``. With a rule on most records may
  go ``quick(rtype, names, settings)``, which makes a test of the data of records with the fields ``names``, true only
  where the rule surely says nothing (``kam.rules.quick``): then it is not asked;
- ``check_account(records, settings) -> Iterator[Finding]``: the records of one account; findings name their ``record``;
- ``facts(record, rtype, settings) -> Iterable[tuple[str, ...]]`` with ``check_portfolio(facts, settings)``: what a rule
  needs of each record, then one look over all of them; findings name their ``record``.

None of them reads a file, a clock or the network, so a result may be kept as long as its input is the same.
Records with errors are shown to rules too (``record.faulty``), with those values that could be read.
"""
