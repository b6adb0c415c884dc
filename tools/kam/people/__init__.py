"""Figures of people and teams: always beside the number of their accounts and the tiers of these."""
