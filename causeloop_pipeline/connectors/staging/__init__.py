"""The generated files of the dbt project: the mappings of each tool as SQL, contracts and lists."""
