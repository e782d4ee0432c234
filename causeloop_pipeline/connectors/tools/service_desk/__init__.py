"""IT service management: incidents, requests and changes that a service desk handles."""
