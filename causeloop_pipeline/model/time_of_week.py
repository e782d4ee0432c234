"""When in a week something happens, as fingerprints and predictions name it."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
QUARTERS_OF_THE_DAY = ("00-06", "06-12", "12-18", "18-24")
