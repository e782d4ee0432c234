"""How often what may fail was used."""
