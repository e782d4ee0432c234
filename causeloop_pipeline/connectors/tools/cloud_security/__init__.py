"""Cloud and code security: findings, vulnerabilities and misconfigurations."""
