"""The measures' methods: pure functions over columns, one module for each family.

They know nothing of snapshots, profiles or files: arrays of whole days, codes and counts come
in, arrays go out. Each names the source of its method; `docs/metrics.md` has the definitions.
"""
