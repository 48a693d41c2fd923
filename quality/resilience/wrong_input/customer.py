"""A customer of churn's API, and the same as a row of CSV."""

from collections.abc import Mapping
from typing import Any

CUSTOMER: Mapping[str, Any] = {
    "state": "ME",
    "account_length": 118,
    "area_code": "408",
    "phone": "384-8723",
    "intl_plan": "yes",
    "vmail_plan": "yes",
    "vmail_message": 21,
    "day_mins": 156.5,
    "day_calls": 122,
    "day_charge": 26.61,
    "eve_mins": 209.2,
    "eve_calls": 125,
    "eve_charge": 17.78,
    "night_mins": 158.7,
    "night_calls": 81,
    "night_charge": 7.14,
    "intl_mins": 11.1,
    "intl_calls": 3,
    "intl_charge": 3.0,
    "custserv_calls": 4,
}

ROW = ",".join(map(str, CUSTOMER.values()))
