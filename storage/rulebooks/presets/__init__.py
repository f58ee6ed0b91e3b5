"""Rulebooks that ship with the product, as TOML."""

PRESETS = ("standard", "jiangjin", "kuitun", "shouguang", "full")
