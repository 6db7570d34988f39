// Command tiles reads a published log with the libraries of other implementations: it verifies the
// checkpoint, its cosignatures, and an inclusion proof of every entry.
//
// Usage: tiles FOLDER LOG-VKEY [WITNESS-VKEY...]
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/transparency-dev/formats/log"
	cosigned "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/client"
	"golang.org/x/mod/sumdb/note"
)

func main() {
	size, signatures, err := verify(os.Args[1], os.Args[2], os.Args[3:])
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
	fmt.Println(size, signatures)
}

func verify(folder, logKey string, witnesses []string) (uint64, int, error) {
	verifier, err := note.NewVerifier(logKey)
	if err != nil {
		return 0, 0, err
	}
	var others []note.Verifier
	for _, key := range witnesses {
		witness, err := cosigned.NewVerifierForCosignatureV1(key)
		if err != nil {
			return 0, 0, err
		}
		others = append(others, witness)
	}
	raw, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return 0, 0, err
	}
	head, _, signed, err := log.ParseCheckpoint(raw, verifier.Name(), verifier, others...)
	if err != nil {
		return 0, 0, err
	}
	return head.Size, len(signed.Sigs), entries(folder, head)
}

func entries(folder string, head *log.Checkpoint) error {
	ctx, files := context.Background(), client.FileFetcher{Root: folder}
	builder, err := client.NewProofBuilder(ctx, head.Size, files.ReadTile)
	if err != nil {
		return err
	}
	for index := uint64(0); index < head.Size; index++ {
		bundle, err := client.GetEntryBundle(ctx, files.ReadEntryBundle, index/256, head.Size)
		if err != nil {
			return err
		}
		path, err := builder.InclusionProof(ctx, index)
		if err != nil {
			return err
		}
		leaf := rfc6962.DefaultHasher.HashLeaf(bundle.Entries[index%256])
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, index, head.Size, leaf, path, head.Hash); err != nil {
			return err
		}
	}
	return nil
}
