"""The documentation as a site: the pages that code gives, and the folder that mkdocs builds from."""
