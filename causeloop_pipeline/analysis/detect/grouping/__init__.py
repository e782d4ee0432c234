"""Groups all issues of a workspace into patterns.

An issue goes from its fingerprint to an atom and a merge unit (`atoms`), to a group (`agglomeration`) and
to a pattern (`patterns`), with an id (`pattern_ids`), a summary (`pattern_summary`), a reason (`member_rows`)
and an index for later issues (`pattern_index`).
"""
