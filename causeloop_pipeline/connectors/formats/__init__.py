"""What several tools send alike: each is declared once, and the tools that send it name it."""
