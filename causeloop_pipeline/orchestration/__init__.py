"""The product's stages as Dagster assets, and what starts them; the only package that knows Dagster."""
