{{ changed_versions(changes=true) }}
