"""The endings of the files that are read: of failures, and of documents such as post-mortems."""

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "text",
    ".tap": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".sarif": "json",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xlsx",
    ".xlsb": "xlsx",
    ".ods": "xlsx",
    ".xml": "xml",
    ".zip": "zip",
    ".log": "log",
    ".out": "log",
    ".err": "log",
}
"""Ending → format of the failures in the file."""

PACKED = ".gz"
"""What is added to the name of a file of failures that is packed by itself."""

MARKDOWN = (".md", ".markdown", ".mdx")
HTML = (".html", ".htm", ".xhtml")
WORD = ".docx"
DOCUMENTS = (*MARKDOWN, *HTML, WORD)
