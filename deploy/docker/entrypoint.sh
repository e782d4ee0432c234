#!/bin/sh
# Starts a server with the secrets that its container was granted: the files of /run/secrets, named as variables.
set -eu
for file in "${CAUSELOOP_SECRETS_DIR:-/run/secrets}"/CAUSELOOP_*; do
    if [ -f "$file" ]; then
        export "$(basename "$file")=$(cat "$file")"
    fi
done
exec "$@"
