"""How the product goes out to other servers: to which addresses, with whose credentials, and what fails."""
