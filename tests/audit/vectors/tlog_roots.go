// Prints what golang.org/x/mod/sumdb/tlog makes of the records "record 0" to "record <n-1>" for every
// n up to the first argument: size and root; then inclusion and consistency proofs of the last tree.
package main

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

type storage []tlog.Hash

func (s storage) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, 0, len(indexes))
	for _, index := range indexes {
		out = append(out, s[index])
	}
	return out, nil
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func line(kind string, number int64, hashes []tlog.Hash) {
	fmt.Printf("%s %d", kind, number)
	for _, hash := range hashes {
		fmt.Printf(" %x", hash[:])
	}
	fmt.Println()
}

func main() {
	last, err := strconv.ParseInt(os.Args[1], 10, 64)
	check(err)
	var stored storage
	for n := int64(0); n < last; n++ {
		hashes, err := tlog.StoredHashes(n, []byte(fmt.Sprintf("record %d", n)), stored)
		check(err)
		stored = append(stored, hashes...)
		root, err := tlog.TreeHash(n+1, stored)
		check(err)
		line("root", n+1, []tlog.Hash{root})
	}
	for n := int64(0); n < last; n++ {
		proof, err := tlog.ProveRecord(last, n, stored)
		check(err)
		line("inclusion", n, proof)
	}
	for n := int64(1); n < last; n++ {
		proof, err := tlog.ProveTree(last, n, stored)
		check(err)
		line("consistency", n, proof)
	}
	for n := int64(0); n < 3000000; n = n*7 + 1 {
		for level := 0; level < 3; level++ {
			fmt.Printf("path %d %s\n", n, tlog.Tile{H: 8, L: level, N: n, W: 256}.Path())
			fmt.Printf("path %d %s\n", n, tlog.Tile{H: 8, L: level, N: n, W: 7}.Path())
		}
	}
}
