"""The words of alerts, in both languages at once."""

from __future__ import annotations

from kam.model.phrases import Phrases

PHRASES = Phrases("kam.alerts")
say, kind_label = PHRASES.say, PHRASES.title
