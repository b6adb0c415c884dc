"""What is due: every kind of work with a day, from the same records for the terminal, the site and reminders."""

from kam.due.find import find_due, find_in_account, iter_accounts, sort_due
from kam.due.item import Due, is_shown
from kam.due.same import join_same

__all__ = ["Due", "find_due", "find_in_account", "is_shown", "iter_accounts", "join_same", "sort_due"]
