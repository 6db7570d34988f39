#!/usr/bin/env bash
# Decide about the commit at HEAD, and leave the reports in a folder. Exits as `assay check` does.
# Usage: check.sh REPOSITORY REPORTS; `assay` is in PATH.
#
# ASSAY_ADVISORIES  a folder or zip of advisories, instead of the newest ones from the network
# ASSAY_FORGE       github or gitlab: record what the forge enforces, for the rules about it
set -euo pipefail
repository="${1:?the repository}"
reports="${2:?the folder of the reports}"
case "$reports" in
  *$'\n'*) echo "a line end in the name of the folder" >&2 && exit 2 ;;
esac
mkdir -p "$reports"
assay init "$repository" > "$reports/init.txt"
if [ -n "${ASSAY_ADVISORIES:-}" ]; then
  assay vulns import "$ASSAY_ADVISORIES"
else
  assay vulns update
fi
# What cannot be told is UNKNOWN for the rules that ask for it; they decide whether that matters.
case "${ASSAY_FORGE:-}" in
  github)
    assay forge record "$repository" --forge github \
      --url "${GITHUB_API_URL:?}" --name "${GITHUB_REPOSITORY:?}" || true
    ;;
  gitlab)
    assay forge record "$repository" --forge gitlab \
      --url "${CI_API_V4_URL:?}" --name "${CI_PROJECT_PATH:?}" || true
    ;;
  "") ;;
  *) echo "ASSAY_FORGE is github, gitlab or nothing" >&2 && exit 2 ;;
esac
status=0
assay check "$repository" --output "$reports/summary.md" --output "$reports/assay.sarif" \
  --output "$reports/report.html" --output "$reports/report.json" \
  --save-verdict "$reports/verdict.json" || status=$?
if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$reports/summary.md" ]; then
  cat "$reports/summary.md" >> "$GITHUB_STEP_SUMMARY"
fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  {
    printf 'status=%s\n' "$status"
    if [ -f "$reports/assay.sarif" ]; then printf 'sarif=%s\n' "$reports/assay.sarif"; fi
    if [ -f "$reports/verdict.json" ]; then printf 'verdict=%s\n' "$reports/verdict.json"; fi
  } >> "$GITHUB_OUTPUT"
fi
exit "$status"
