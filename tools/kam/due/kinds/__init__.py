"""The kinds of due work: a module each, with ``find(look)``. Its words stand in ``kam/due/texts.yml``."""
