"""The command line: thin commands over the rest. One command, one module with a ``command``."""

import gc

# A run makes many values and few cycles: looking for cycles less often saves a tenth of the time, of imports, too.
gc.set_threshold(100_000, 20, 20)
