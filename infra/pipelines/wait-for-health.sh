#!/bin/sh
# Waits until the app says that a sweep is complete: sh infra/pipelines/wait-for-health.sh HEALTH_URL [SECONDS_BETWEEN_ATTEMPTS]
set -u
health=${1:?the address of /api/health is missing: give the output healthUrl of the deployment}
pause=${2:-30}
attempt=0
while [ "$attempt" -lt 30 ]; do
  if curl --fail --silent --show-error "$health"; then exit 0; fi
  attempt=$((attempt + 1))
  sleep "$pause"
done
# A 503 of the app itself says that it is running and that no sweep is complete yet: the first one may be an hour away.
if curl --silent "$health" | grep -q '"status":"stale","lastCompletedAt":null'; then
  echo 'The app runs; no sweep was completed within 30 attempts. Ask /api/health again after two intervals.'
  exit 0
fi
echo 'No sweep was completed within 30 attempts, though earlier ones were, or the app gave no answer: see its logs.' >&2
exit 1
