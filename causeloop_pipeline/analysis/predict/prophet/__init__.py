"""Daily forecast curves by Prophet, in batch and in stock form."""
