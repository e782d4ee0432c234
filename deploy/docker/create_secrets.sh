#!/bin/sh
# Makes the secrets of a new installation by deploy/compose.yaml: create_secrets.sh /etc/causeloop/secrets
# Each is a file of its own; a container is granted only those that it needs. Keep a copy of CAUSELOOP_SECRET_KEY.
set -eu
umask 077
folder="${1:?usage: create_secrets.sh FOLDER}"
host="${2:-postgres:5432}"
if [ -e "$folder/CAUSELOOP_SECRET_KEY" ]; then
    echo "$folder already holds the secrets of an installation: nothing was changed" >&2
    exit 1
fi
mkdir -p "$folder"
chmod 0700 "$folder"

random() {
    head -c "$1" /dev/urandom | base64 | tr -d '\n'
}
password() {
    random 24 | tr '+/' '-_'
}
keep() {
    printf '%s' "$2" > "$folder/$1"
    if [ "$(id -u)" = 0 ]; then
        chmod 0400 "$folder/$1"
        # POSTGRES_PASSWORD is read by root of its container; the rest by the user of the image.
        [ "$1" = POSTGRES_PASSWORD ] || chown 10001:10001 "$folder/$1"
    else
        chmod 0444 "$folder/$1" # the folder is closed; only root can give files to the user of the image
    fi
}

superuser="$(password)"
dagster="$(password)"
keep POSTGRES_PASSWORD "$superuser"
keep CAUSELOOP_SUPERUSER_DATABASE_URL "postgresql://postgres:$superuser@$host/postgres"
keep CAUSELOOP_DATABASE_URL "postgresql://causeloop_owner:$(password)@$host/causeloop"
keep CAUSELOOP_PIPELINE_DATABASE_URL "postgresql://causeloop_pipeline:$(password)@$host/causeloop"
keep CAUSELOOP_API_DATABASE_URL "postgresql://causeloop_api:$(password)@$host/causeloop"
keep CAUSELOOP_DAGSTER_DATABASE_URL "postgresql://causeloop_dagster:$dagster@$host/dagster"
keep CAUSELOOP_DAGSTER_STORAGE_URL "postgresql+psycopg2://causeloop_dagster:$dagster@$host/dagster"
keep CAUSELOOP_SECRET_KEY "$(random 32)"
echo "made in $folder"
