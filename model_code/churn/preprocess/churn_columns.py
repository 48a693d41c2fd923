"""Churn's columns: what a client sends, and what preprocess makes of it."""

RAW = (
    *("State", "Account Length", "Area Code", "Phone", "Int'l Plan", "VMail Plan", "VMail Message"),
    *("Day Mins", "Day Calls", "Day Charge", "Eve Mins", "Eve Calls", "Eve Charge"),
    *("Night Mins", "Night Calls", "Night Charge", "Intl Mins", "Intl Calls", "Intl Charge"),
    "CustServ Calls",
)
CATEGORICAL = ("State", "Area Code", "Int'l Plan", "VMail Plan")
CHARGES = ("Day Charge", "Eve Charge", "Night Charge", "Intl Charge")
COUNTED = (
    *("VMail Message", "Day Mins", "Day Calls", "Eve Mins", "Eve Calls"),
    *("Night Mins", "Night Calls", "Intl Mins", "Intl Calls", "CustServ Calls"),
)
# Account Length is checked, not used; Phone is neither.
NUMBERS = ("Account Length", *CHARGES, *COUNTED)
NUMERIC = ("Total Charge", *COUNTED)
