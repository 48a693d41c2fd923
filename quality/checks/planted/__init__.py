"""Faults planted one at a time into good templates: the proof that each rule can turn red."""
