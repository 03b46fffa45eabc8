"""Trường Số: cashless school fees and digital school management for Vietnamese schools."""

__version__ = "0.1.0"
