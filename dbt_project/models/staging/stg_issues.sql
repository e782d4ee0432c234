{{ changed_versions(changes=false) }}
