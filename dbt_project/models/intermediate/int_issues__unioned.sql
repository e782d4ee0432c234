{{ union_versions(types_with_issues() + ['ingested'], 'issues') }}
