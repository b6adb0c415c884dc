"""Alerts: what threatens an account, each with the record, the person, and what to do; nothing twice."""

from kam.alerts.find import add_figures, find_alerts, gather_evidence, read_evidence
from kam.alerts.item import Alert, is_alert_shown
from kam.alerts.look import Evidence

__all__ = [
    "Alert",
    "Evidence",
    "add_figures",
    "find_alerts",
    "gather_evidence",
    "is_alert_shown",
    "read_evidence",
]
