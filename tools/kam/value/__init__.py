"""What customers without a contract are still worth: how often they will order, whether they are still there, and how
much they spend. Pure functions over arrays; nothing here knows of records.

The models are BG/NBD (``kam.value.bg_nbd``) for orders and Gamma-Gamma (``kam.value.gamma_gamma``) for spend. Times are
in any one unit, which the parameters then carry. Import the modules only where a value is asked for: they need SciPy.
"""
