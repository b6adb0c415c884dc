"""The words of what is due, in both languages at once."""

from __future__ import annotations

from kam.model.phrases import Phrases

PHRASES = Phrases("kam.due")
say, kind_label = PHRASES.say, PHRASES.title
