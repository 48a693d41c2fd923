"""The proof, apart from the product: what is measured, fuzzed, abused and checked."""
