"""One file per tool, named like the connector it declares, in folders by what the tools are for."""
