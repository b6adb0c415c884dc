"""What changed since a base, whether the process allows it, and who changed what: everything that Git tells."""
