"""Problems for people (text, like a good linter) and for machines (JSON). Everything is yielded line by line."""
