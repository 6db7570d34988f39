# An artifact that was signed with a key: a bundle with a signature, and one with a statement.
. "$(dirname "${BASH_SOURCE[0]}")/checkout.sh"
mkdir release && cd release &&
printf 'an artifact\n' > app.tar &&
python - <<'EOF'
from pathlib import Path

from assay.core.digest import sha256_of
from assay.evidence.envelope import seal_statement
from assay.evidence.sigstore.write import render_statement_bundle, sign_blob
from assay.evidence.statement import Statement, Subject
from assay.signing.asymmetric import generate_signer

signer, artifact = generate_signer("ecdsa-p256"), Path("app.tar").read_bytes()
about = Subject(name="app.tar", digest=sha256_of(artifact))
statement = Statement(subjects=(about,), predicate_type="https://example.test/build/v1", predicate={})
Path("release.pub").write_bytes(signer.public.pem)
Path("app.tar.sigstore.json").write_bytes(sign_blob(artifact, signer=signer))
Path("provenance.sigstore.json").write_bytes(
    render_statement_bundle(seal_statement(statement, signers=(signer,)), key=signer.public)
)
EOF
