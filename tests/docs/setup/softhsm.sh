# As `repository`, and a folder for the tokens of SoftHSM2.
. "$(dirname "${BASH_SOURCE[0]}")/checkout.sh"
mkdir -p ~/.config/softhsm2 ~/tokens shop && cd shop &&
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$HOME" > ~/.config/softhsm2/softhsm2.conf &&
export SOFTHSM2_CONF=~/.config/softhsm2/softhsm2.conf &&
git init --quiet --initial-branch=main &&
git config user.name "Ada" &&
git config user.email "ada@shop.example" &&
printf '# Security\n\nWrite to security@shop.example.\n' > SECURITY.md &&
git add . &&
git commit --quiet --message "Start the shop"
