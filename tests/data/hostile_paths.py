"""Paths that no edit may name: corpus 101, 103-105 and 110 of docs/safety.md, as text."""

from __future__ import annotations

ABSOLUTE = ("/etc/passwd", "/a.py", "//server/share/a.py", "~/a.py", "~root/.ssh/authorized_keys", "/")
UPWARD = (
    "..",
    "../a.py",
    "src/../../a.py",
    "src/..",
    "src/../a.py",
    "./a.py",
    ".",
    "src/./a.py",
    "src//a.py",
    "src/",
    "",
)
GIT = (
    *(".git", ".git/config", ".git/hooks/pre-commit", "src/.git/config", ".GIT/config", ".Git/hooks/post-checkout"),
    *("git~1/config", "GIT~1/config", ".git./config", ".git /config", ".git.../config", " .git/config", "GIT~2/x"),
    *(
        ".g\u200cit/config",
        ".git\u200b/config",
        "\ufeff.git/config",
        ".gi\u200dt/config",
        ".git\u2060/x",
        ".g\u00adit/x",
    ),
    *(".git::$INDEX_ALLOCATION/config", ".git:x/config", "\uff0egit/config", ".\uff47it/config", ".git\\config"),
)
LOOP = (".loop/journal.jsonl", ".loop/proposals.jsonl", ".LOOP/probes.jsonl", "sub/.loop/x", ".loop", ".loop./x")
WINDOWS = (
    *("CON", "con.py", "src/aux.py", "NUL", "nul.txt", "prn", "COM1", "com9.log", "LPT1.py", "CONIN$", "nul .txt"),
    *(
        "C:/a.py",
        "C:a.py",
        "\\\\server\\share\\a.py",
        "src\\a.py",
        "a.py:stream",
        "a.py.",
        "a.py ",
        " a.py",
        "src./a.py",
    ),
    *("PROGRA~1/a.py", "a*.py", "a?.py", 'a".py', "a<b.py", "a>b.py", "a|b.py", "COM\u00b9.py"),
)
CHARACTERS = (
    *(
        "a\n.py",
        "a\r.py",
        "a\x00.py",
        "a\t.py",
        "a\x1b[2J.py",
        "a\x7f.py",
        "a\x9b31m.py",
        "a\u0085.py",
        "a\u2028.py",
    ),
    *("a\u202egpj.py", "a\u2066.py", "a\u200f.py", "a\u200b.py", "a\u2060.py", "a\ufe0f.py", "a\U000e0061.py"),
    *("a\u3164.py", "a\u00a0.py", "a\u2003.py", "a\ue000.py", "a\ud800.py", "a\u0378.py", "a\u0301\u0301\u0301.py"),
    *(
        "e\u0301.py",
        "\uff41.py",
        "\ufb01le.py",
        "src\uff0fa.py",
        "\u2024\u2024/a.py",
        "\U0001d41a.py",
        "a\u2026.py",
    ),
)
OPTIONS = ("-rf", "--output=x", "src/-x.py", ":(top)a.py", ":/a.py", ":!a.py")
LONG = ("a" * 201, "a/" * 20 + "a.py", "x/" + "b" * 500, "é" * 101 + ".py")

FORMS: tuple[str, ...] = (*ABSOLUTE, *UPWARD, *GIT, *LOOP, *WINDOWS, *CHARACTERS, *OPTIONS, *LONG)
"""All of them."""

PLAIN = (
    *("a.py", "src/a.py", "src/deep/er/still/a.py", "README.md", ".editorconfig", "a b.py", "été.py", "日本/語.py"),
    *("src/console.py", "src/auxiliary.py", "nulls.py", "a-b.py", "a~", "git/x.py", ".gitignore", "looper/.loops"),
    *("@types/a.d.ts", "routes/$id.tsx", "a#b.txt", "a+b(1).txt", "A.PY", "x.git/a", "com.py", "lpt.py", "...a"),
)
"""Names that are as good as any other."""

PROTECTED = (
    *("tests/test_a.py", "test/a.py", "src/pkg/tests/data.json", "test_a.py", "src/a_test.py", "conftest.py"),
    *("src/conftest.py", "Tests/x.py", "src/a.test.ts", "spec/a_spec.rb", ".github/workflows/ci.yml", ".gitignore"),
    *(
        ".gitattributes",
        ".gitmodules",
        "sub/.gitattributes",
        ".gitlab-ci.yml",
        ".circleci/config.yml",
        "Jenkinsfile",
    ),
    *("pyproject.toml", "setup.py", "setup.cfg", "tox.ini", "pytest.ini", "noxfile.py", "Makefile", "makefile"),
    *("uv.lock", "poetry.lock", "package-lock.json", "package.json", "requirements-dev.txt", "Dockerfile", "a.pth"),
    *("sitecustomize.py", "src/usercustomize.py", "loopview.toml", "src/loopview/modify/policy.py", "CLAUDE.md"),
    *("AGENTS.md", ".vscode/tasks.json", ".envrc", ".pre-commit-config.yaml", "PYPROJECT.TOML", "ConfTest.py"),
    *("pytest.py", "src/json.py", "os/__init__.py", "_pytest/x.py", "lib/socket.py", "random.py", ".coveragerc"),
    *(
        ".orchestrator/loop/journal.jsonl",
        "tests",
        "x.egg-info/entry_points.txt",
        "ruff.toml",
        "src/__pycache__/a.pyc",
    ),
)

UNPROTECTED = (
    *("src/a.py", "src/pkg/json.py", "src/contest.py", "src/attest.py", "src/latest.py", "README.md", "docs/a.md"),
    *("src/testament.py", "protests/a.py", "src/lockfile.py", "github/a.py", "src/pkg/types.py", "json.txt"),
)

SECRET = (
    *(
        ".env",
        ".env.local",
        "config/.env.production",
        "prod.env",
        ".netrc",
        ".npmrc",
        ".pypirc",
        "id_rsa",
        "id_rsa.pub",
    ),
    *(
        ".ssh/config",
        "certs/server.pem",
        "server.key",
        "a.p12",
        "a.pfx",
        "a.jks",
        "credentials",
        "credentials.json",
    ),
    *(
        "aws/credentials",
        ".aws/config",
        "secrets.toml",
        "secrets.yaml",
        "SECRETS.YML",
        "secrets/a.txt",
        "secret.txt",
    ),
    *("client_secret_1.json", "my-service-account.json", "terraform.tfstate", "prod.tfvars", ".git-credentials"),
    *(
        ".htpasswd",
        ".pgpass",
        ".docker/config.json",
        "kubeconfig",
        "id_ed25519",
        "db.sqlite3",
        ".vault-token",
        "a.kdbx",
    ),
    *(
        "token",
        "passwords.txt",
        ".bash_history",
        ".ENV",
        ".git/config",
        "/etc/shadow",
        "../.env",
        "api_secrets.json",
    ),
)

OPEN = (
    *(
        "src/a.py",
        ".env.example",
        "config/.env.sample",
        "src/token.py",
        "src/password.py",
        "src/keys.py",
        "docs/env.md",
    ),
    *("src/environment.py", "pem.py", "key.txt", "src/tokens.py", "monkey.py", "README.md", "package.json"),
)
