"""Imports are followed to files: packages, src layouts, relative ones, files beside each other."""

from __future__ import annotations

import pytest

from loopview.modify.import_graph import Layout, Links
from loopview.modify.module_facts import read_module

FILES = (
    "setup.py",
    "src/pkg/__init__.py",
    "src/pkg/a.py",
    "src/pkg/sub/__init__.py",
    "src/pkg/sub/b.py",
    "src/pkg/sub/json.py",
    "src/ns/mod.py",
    "tests/conftest.py",
    "tests/support.py",
    "tests/unit/test_a.py",
    "tools/one.py",
    "tools/two.py",
    "flat.py",
    "services/api/src/api/__init__.py",
    "services/api/src/api/run.py",
    "services/web/src/web/__init__.py",
    "services/web/src/web/run.py",
    "stubs.pyi",
)


@pytest.mark.parametrize(
    ("path", "source", "named"),
    [
        ("tests/unit/test_a.py", "import pkg.a", {"src/pkg/a.py"}),
        ("tests/unit/test_a.py", "from pkg import a", {"src/pkg/a.py"}),
        ("tests/unit/test_a.py", "from pkg import Thing", {"src/pkg/__init__.py"}),
        ("tests/unit/test_a.py", "from pkg import a, Thing", {"src/pkg/a.py", "src/pkg/__init__.py"}),
        ("tests/unit/test_a.py", "from pkg.sub.b import *", {"src/pkg/sub/b.py"}),
        ("tests/unit/test_a.py", "import pkg.a.attribute", {"src/pkg/a.py"}),
        ("tests/unit/test_a.py", "from tests.support import x", {"tests/support.py"}),
        ("tests/unit/test_a.py", "import support", {"tests/support.py"}),
        ("tests/conftest.py", "import support", {"tests/support.py"}),
        ("tests/unit/test_a.py", "from ns import mod", {"src/ns/mod.py"}),
        ("tests/unit/test_a.py", "import ns.mod as m", {"src/ns/mod.py"}),
        ("tests/unit/test_a.py", "import ns, numpy, os.path", set()),
        ("src/pkg/a.py", "from . import sub", {"src/pkg/sub/__init__.py"}),
        ("src/pkg/a.py", "from .sub import b, nothing", {"src/pkg/sub/b.py", "src/pkg/sub/__init__.py"}),
        ("src/pkg/sub/b.py", "from ..a import x", {"src/pkg/a.py"}),
        ("src/pkg/sub/b.py", "from .. import a", {"src/pkg/a.py"}),
        ("src/pkg/sub/__init__.py", "from . import b", {"src/pkg/sub/b.py"}),
        ("src/pkg/sub/b.py", "from ...... import a", set()),
        ("src/pkg/sub/b.py", "import json", set()),
        ("src/pkg/sub/b.py", "from . import json", {"src/pkg/sub/json.py"}),
        ("src/pkg/sub/b.py", "from . import b", set()),
        ("tools/one.py", "import two", {"tools/two.py"}),
        ("setup.py", "import flat", {"flat.py"}),
        ("tools/one.py", "import flat, stubs", {"flat.py", "stubs.pyi"}),
        ("services/web/src/web/run.py", "from api import run", {"services/api/src/api/run.py"}),
        ("services/web/src/web/run.py", "import web.run", set()),
        ("services/web/src/web/run.py", "from . import missing", {"services/web/src/web/__init__.py"}),
    ],
)
def test_an_import_is_followed_to_its_file(path, source, named):
    assert Layout(FILES).links(path, read_module(source.encode()).imports).named == named


def test_packages_on_the_way_are_run_too():
    links = Layout(FILES).links("tests/unit/test_a.py", read_module(b"import pkg.sub.b").imports)
    assert links == Links(
        frozenset({"src/pkg/sub/b.py"}), frozenset({"src/pkg/__init__.py", "src/pkg/sub/__init__.py"})
    )


def test_the_nearest_of_several_files_is_meant():
    files = ("a/run.py", "a/util.py", "b/run.py", "b/util.py", "c/d/run.py", "c/d/util.py")
    for folder in ("a", "b", "c/d"):
        links = Layout(files).links(f"{folder}/run.py", read_module(b"import util").imports)
        assert links.named == {f"{folder}/util.py"}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("src/pkg/__init__.py", "pkg"),
        ("src/pkg/sub/b.py", "pkg.sub.b"),
        ("src/ns/mod.py", "ns.mod"),
        ("tests/unit/test_a.py", "tests.unit.test_a"),
        ("services/api/src/api/run.py", "api.run"),
        ("flat.py", "flat"),
    ],
)
def test_a_module_has_a_dotted_name(path, name):
    assert Layout(FILES).name_of(path) == name


@pytest.mark.parametrize("path", ["__init__.py", "a/__init__.py", "src/__init__.py", "x y/é.py", ".py", "a/.py"])
def test_odd_places_do_no_harm(path):
    layout = Layout([path, "main.py"])
    assert layout.name_of(path)
    imports = read_module(b"from . import main, x\nfrom .. import y\nimport main, src, a\nfrom . import *").imports
    assert path not in layout.links(path, imports).named
