"""The schema `raw`: records as they arrived."""
