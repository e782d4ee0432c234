"""The SQL of the API: row level security confines it, so no statement names a workspace to be safe."""
