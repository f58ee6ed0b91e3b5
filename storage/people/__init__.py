"""Who there is: units, persons, postings, roles, accounts."""
