"""Key accounts as code: records in Git, checked, measured and published."""

__version__ = "0.1.0"
