"""Its presence puts this folder on the path: the tests of each room import what is shared here."""
