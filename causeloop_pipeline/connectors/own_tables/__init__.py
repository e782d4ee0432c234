"""People's own tables: the fields of a connector that reads them, and presets for what pipelines landed."""
