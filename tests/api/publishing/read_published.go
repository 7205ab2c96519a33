// Reads a published log as another house does: golang.org/x/mod/sumdb/note opens the checkpoint, with the cosignatures
// of witnesses, and sumdb/tlog reads the tiles, proves and checks every tenth record and the growth from every tenth size.
//
//	read_published DIR ORIGIN-VKEY [WITNESS-VKEY…]
package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error) {
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

// witness verifies cosignature/v1 lines, whose type 4 the note package leaves to its callers.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.hash }
func (w witness) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	text := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(w.key, []byte(text), sig[8:])
}

func newWitness(vkey string) witness {
	parts := strings.SplitN(vkey, "+", 3)
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	check(err)
	data, err := base64.StdEncoding.DecodeString(parts[2])
	check(err)
	return witness{parts[0], uint32(hash), ed25519.PublicKey(data[1:])}
}

type folder string

func (f folder) Height() int                        { return 8 }
func (f folder) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		// C2SP fixes the height at 8 and leaves it out of the path.
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func main() {
	dir := os.Args[1]
	data, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	check(err)
	log, err := note.NewVerifier(os.Args[2])
	check(err)
	verifiers := []note.Verifier{log}
	for _, vkey := range os.Args[3:] {
		verifiers = append(verifiers, newWitness(vkey))
	}
	opened, err := note.Open(data, note.VerifierList(verifiers...))
	check(err)
	for _, one := range opened.Sigs {
		fmt.Println("signed", one.Name)
	}
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	fmt.Println("size", size)
	reader := tlog.TileHashReader(tree, folder(dir))
	records, trees := 0, 0
	for at := int64(0); at < size; at += 10 {
		proof, err := tlog.ProveRecord(size, at, reader)
		check(err)
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, at)})
		check(err)
		check(tlog.CheckRecord(proof, size, tree.Hash, at, hashes[0]))
		records++
		if at > 0 {
			old, err := tlog.TreeHash(at, reader)
			check(err)
			growth, err := tlog.ProveTree(size, at, reader)
			check(err)
			check(tlog.CheckTree(growth, size, tree.Hash, at, old))
			trees++
		}
	}
	fmt.Println("records", records)
	fmt.Println("trees", trees)
}
