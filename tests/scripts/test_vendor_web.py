"""The page's libraries are those of the pinned packages, and the page with them stays small."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from assembly.project import PROJECT
from scripts.vendor_web import copies

WEB = PROJECT / "web"
MODULES = PROJECT / "node_modules"
PACKAGES = json.loads((PROJECT / "package.json").read_text(encoding="utf-8"))["devDependencies"]


@pytest.mark.parametrize("name", json.loads((WEB / "vendor.json").read_text(encoding="utf-8")))
def test_a_copy_is_what_the_pinned_package_contains(name: str) -> None:
    assert (WEB / "vendor" / name).read_bytes() == copies(MODULES)[name]


def test_the_command_finds_nothing_that_differs() -> None:
    checked = [sys.executable, PROJECT / "scripts" / "vendor_web.py", "--check"]
    assert subprocess.run(checked, capture_output=True, text=True, check=True).stdout == ""


def test_every_file_of_the_folder_is_pinned() -> None:
    assert {one.name for one in (WEB / "vendor").iterdir()} == set(copies(MODULES))


@pytest.mark.parametrize("package", ["preact", "htm", "uplot", "axe-core"])
def test_a_package_of_the_page_has_one_exact_version(package: str) -> None:
    assert PACKAGES[package].replace(".", "").isdigit()


def test_a_file_of_another_hash_is_refused(tmp_path: Path) -> None:
    (tmp_path / "library.js").write_text("changed", encoding="utf-8")
    pins = tmp_path / "pins.json"
    pins.write_text(json.dumps({"library.js": {"from": "library.js", "sha256": "0" * 64}}), encoding="utf-8")

    with pytest.raises(ValueError, match=r"library\.js: expected SHA-256 0{64}, got d67e"):
        copies(tmp_path, pins)


def test_an_import_by_the_name_of_a_package_becomes_that_of_the_file_beside_it() -> None:
    assert b'from"./preact.js"' in copies(MODULES)["hooks.js"]


def test_all_that_a_browser_loads_is_at_most_100_kb_compressed() -> None:
    loaded = [one for one in WEB.rglob("*") if one.suffix in (".css", ".html", ".js", ".svg")]

    assert len(loaded) > 20
    assert sum(len(gzip.compress(one.read_bytes(), 9)) for one in loaded) <= 100_000
