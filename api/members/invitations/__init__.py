"""Invitations: links that make a person a member."""
