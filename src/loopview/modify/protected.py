"""Paths that decide what is run, tested or allowed: each is changed only when it is confirmed by itself."""

from __future__ import annotations

import sys
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from loopview.modify.paths import covers, same_name

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("a test", ("tests", "test", "testing", "__tests__", "spec", "test_*", "*_test.*", "*.test.*", "*.spec.*")),
    ("a test", ("*_spec.rb", "conftest.py", "tests.py")),
    ("what git or its host reads", (".git*",)),
    (
        "what a build server runs",
        (
            *(".circleci", ".ci", ".buildkite", ".woodpecker*", ".drone.yml", ".travis.yml", "appveyor.yml"),
            *(
                "azure-pipelines*",
                "bitbucket-pipelines.yml",
                "jenkinsfile*",
                "cloudbuild.y*ml",
                ".forgejo",
                ".gitea",
            ),
        ),
    ),
    (
        "what builds, installs or configures the checks",
        (
            *("pyproject.toml", "setup.py", "setup.cfg", "tox.ini", "pytest.ini", ".pytest.ini", "pytest.toml"),
            *(
                ".pytest.toml",
                "noxfile.py",
                "makefile",
                "gnumakefile",
                "*.mk",
                "justfile",
                ".justfile",
                "taskfile.*",
            ),
            *(
                "cmakelists.txt",
                "meson.build",
                "*.lock",
                "*-lock.json",
                "*-lock.y*ml",
                "*requirements*.txt",
                "build.xml",
            ),
            *(
                "requirements",
                "constraints*.txt",
                "pipfile",
                "manifest.in",
                "hatch_build.py",
                "build.sh",
                "dodo.py",
            ),
            *(
                "dockerfile*",
                "containerfile*",
                "docker-compose*",
                "compose.y*ml",
                ".coveragerc",
                "mypy.ini",
                ".mypy.ini",
            ),
            *(
                "ruff.toml",
                ".ruff.toml",
                ".pre-commit-config.yaml",
                ".husky",
                "package.json",
                "cargo.toml",
                "go.mod",
            ),
            *("go.sum", "build.rs", "gemfile", "rakefile", "pom.xml", "*.gradle*", "gradlew*", "environment.y*ml"),
            *("*.egg-info", "*.dist-info", "entry_points.txt", ".python-version", ".tool-versions", "pixi.toml"),
        ),
    ),
    (
        "what Python runs by itself",
        ("*.pth", "sitecustomize.py", "usercustomize.py", "sitecustomize", "usercustomize", "__pycache__", "*.pyc"),
    ),
    (
        "what a shell, an editor or an agent runs or obeys by itself",
        (
            *(
                ".envrc",
                ".vscode",
                ".idea",
                ".devcontainer",
                ".claude",
                ".cursor",
                ".codex",
                ".aider*",
                "claude.md",
            ),
            *(
                "agents.md",
                "gemini.md",
                ".cursorrules",
                ".windsurfrules",
                ".mcp.json",
                ".bashrc",
                ".profile",
                ".zshrc",
            ),
            *("codeowners", ".orchestrator", ".simplicio", ".npmrc", ".pypirc", "pip.conf", "pip.ini"),
        ),
    ),
    ("this console", ("loopview.toml", "loopview")),
)
"""Why a path is protected, and the names, at any depth and in any case, that make it so."""

SHADOWED = sys.stdlib_module_names | {"pytest", "_pytest", "pluggy", "iniconfig", "py", "coverage", "hypothesis"}
"""Modules that a file of the same name beside the tests would be imported instead of."""

_ROOTS = frozenset({"", "src", "lib", "python"})


def why_protected(path: str, own: Sequence[str] = ()) -> str:
    """Why a path is protected, in words; empty when it is not. ``own`` are the operator's globs.

    A glob of the operator's without a slash counts at any depth, and case never matters: too much is protected
    rather than too little.
    """
    folded = same_name(path)
    names = folded.split("/")
    for why, globs in KINDS:
        if any(fnmatchcase(name, glob) for name in names for glob in globs):
            return why
    for glob in map(same_name, own):
        if covers(glob if "/" in glob.strip("/") else f"**/{glob.strip('/')}", folded):
            return "a path that your configuration protects"
    return _shadows(names)


def _shadows(names: list[str]) -> str:
    """Whether a module or package at the top would be imported in the place of one of Python's or the tests'."""
    top = names[1:] if len(names) > 1 and names[0] in _ROOTS else names
    module = top[0].partition(".")[0] if len(top) > 1 or top[0].endswith((".py", ".so", ".pyd")) else ""
    return f"a module that takes the place of {module}" if module in SHADOWED else ""
