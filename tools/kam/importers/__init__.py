"""Brings exports of other systems into a portfolio, as mapping files in ``site-config/imports`` say.

A source file becomes tables of text (``source``), the mapping turns rows into drafts of records (``drafts``),
drafts are compared with what is there and with what was imported last (``merge``), and only what differs is
written (``apply``). Nothing is written before everything is known, and each file is written whole.
"""
