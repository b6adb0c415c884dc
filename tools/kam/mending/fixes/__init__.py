"""The fixes, a module for each kind of slip.

``RULES`` names the rules whose problems it mends, ``mend(problem, page)`` gives the patch, or None where more than one
thing can be meant. Whether a patch changes anything else is found out afterwards (``kam.mending.proof``).
"""
