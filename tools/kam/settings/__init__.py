"""The settings of a portfolio (``site-config``): read, checked to the last keyword, compiled and kept in a cache."""

from __future__ import annotations

from kam.settings.load import load_settings
from kam.settings.settings import Settings
from kam.settings.values import Currencies, Currency, Person, Product, Quota, SiteSettings

__all__ = ["Currencies", "Currency", "Person", "Product", "Quota", "Settings", "SiteSettings", "load_settings"]
