#!/bin/sh
# Plan, apply and plan again: examples/quickstart on the embedded simulator, in a temporary directory.
# `make demo` runs it; elsewhere it needs poolctl on PATH.
set -eu

examples=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# What the shell happens to be set up for must not reach the demonstration.
unset HW_REGION_NAME HW_PROJECT_ID OS_REGION_NAME OS_PROJECT_ID

place=$(mktemp -d)
trap 'rm -rf -- "$place"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cp -R -- "$examples/quickstart" "$place/quickstart"
cd -- "$place/quickstart"

show() {
    printf '\n$ %s\n' "$*"
    "$@"
}

printf 'The configuration is a copy of examples/quickstart/main.pools.toml; the service is simulated.\n'
show poolctl plan
show poolctl apply --auto-approve
show poolctl plan
