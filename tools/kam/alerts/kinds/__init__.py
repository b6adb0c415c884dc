"""The kinds of alerts: a module each, with ``find(evidence)``. Its words stand in ``kam/alerts/texts.yml``."""
