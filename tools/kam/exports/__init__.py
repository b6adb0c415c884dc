"""Files for other tools, made from settings and records: who reviews what, and what an editor offers while typing."""
