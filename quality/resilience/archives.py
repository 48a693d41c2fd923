"""Hostile archives: each is refused, and nothing of it is anywhere."""

import hashlib
from pathlib import Path

from local.errors import ArchiveError
from local.storage.archive import require_hash, unpack_model
from quality.resilience.hostile_archives import GOOD, HOSTILE
from quality.resilience.promise import Context, Figure, Result, exactly

_KEPT = "kept"


def measure(context: Context) -> Result:
    """Unpack each hostile archive as a model's; look for files wherever they could have gone."""
    beside, inbox, models = (context.folder / name for name in ("outside", "in", "models"))
    for folder in (beside, inbox, models):
        folder.mkdir()
    (beside / _KEPT).write_text(_KEPT)
    expected = _all_below(context.folder)
    taken = outside = 0
    for number, hostile in enumerate(HOSTILE):
        archive = inbox / f"{number}.tar.gz"
        archive.write_bytes(hostile.make(beside))
        taken += _is_taken(archive, models / "model")
        archive.unlink()
        outside += len(_all_below(context.folder) - expected) + ((beside / _KEPT).read_text() != _KEPT)
    taken += _is_taken(_named_by_another_digest(inbox), models / "model")
    return Result(
        "Hostile model archives are refused, and nothing of them is anywhere",
        [
            Figure("archives", len(HOSTILE) + 1, "", at_least=20),
            exactly("taken", taken, "", 0),
            exactly("files left, inside or outside the model's folder", outside, "", 0),
        ],
    )


def _is_taken(archive: Path, folder: Path) -> bool:
    try:
        require_hash(archive, archive.name.partition(".")[0])
        unpack_model(archive, folder)
    except ArchiveError:
        return False
    return True


def _named_by_another_digest(inbox: Path) -> Path:
    archive = inbox / f"{hashlib.sha256(b'another').hexdigest()}.gz"
    archive.write_bytes(GOOD)
    return archive


def _all_below(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))
