# A small clean repository with a log, and advisories, as after the tutorial. The shell is in it.
. "$(dirname "${BASH_SOURCE[0]}")/checkout.sh"
mkdir shop && cd shop &&
git init --quiet --initial-branch=main &&
git config user.name "Ada" &&
git config user.email "ada@shop.example" &&
printf 'import subprocess\n\n\ndef backup(folder):\n    subprocess.run(["/bin/tar", "czf", "backup.tgz", folder], check=True)\n' > backup.py &&
printf '# Security\n\nWrite to security@shop.example.\n' > SECURITY.md &&
git add . &&
git commit --quiet --message "Start the shop" &&
assay init > /dev/null &&
assay vulns import ~/assay/examples/advisories > /dev/null
