"""Plain values that every other part of kam speaks in. Imports nothing else of kam."""
