"""KPIs as they were at a commit, and what changed in them since."""
