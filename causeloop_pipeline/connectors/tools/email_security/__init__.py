"""E-mail security: attacks on mailboxes."""
