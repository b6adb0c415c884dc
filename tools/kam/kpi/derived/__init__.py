"""Tables made from KPIs, for the fact queries of further KPIs.

Each module here makes one table: ``TABLE`` is its ``SharedTable``, and ``rows(portfolio, tables, days)`` gives its
rows, in the order of its columns. A table with a column ``day`` has rows for each of the days, and a fact query reads
them with ``WHERE day = $as_of``; one without is filled once. ``rows`` computes its KPIs over the tables that it is
given, ``compute(portfolio, max(days), ids, by="account", days=days, tables=tables)``, which it imports inside the
function. A KPI that asks for the table it goes into has failed, with the circle as its reason.

A table with the columns ``day``, ``note_en`` and ``note_zh`` can say of a day why it has no facts; a KPI that asks it
and has none then gives that as its reason.
"""
