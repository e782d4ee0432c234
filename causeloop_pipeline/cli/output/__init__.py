"""How results are shown: tables, progress and result folders."""
