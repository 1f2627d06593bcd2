"""Files that no prompt may hold: what usually keeps keys, passwords and tokens, told by name."""

from __future__ import annotations

from fnmatch import fnmatchcase

from loopview.modify.paths import path_problem, same_name

WITHHELD: tuple[str, ...] = (
    *(".env", ".env.*", "*.env", ".envrc", ".flaskenv", ".netrc", "_netrc", ".npmrc", ".yarnrc*", ".pypirc"),
    *(
        ".pgpass",
        "pgpass.conf",
        ".my.cnf",
        ".mylogin.cnf",
        ".git-credentials",
        ".gitconfig",
        ".htpasswd",
        "htpasswd",
    ),
    *(".dockercfg", ".docker", ".ssh", ".aws", ".azure", ".gcloud", ".gnupg", ".kube", "kubeconfig*", ".vault*"),
    *("*.pem", "*.key", "*.p8", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.ppk", "*.kdbx", "*.gpg", "*.age"),
    *("id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "*.ovpn", "*.rdp", "*.tfstate", "*.tfstate.*", "*.tfvars"),
    *("secret", "secret.*", "secrets", "secrets.*", "*.secret", "*.secrets", "*_secret.*", "*_secrets.*"),
    *("*-secret.*", "*-secrets.*", "client_secret*", "credential", "credential.*", "credentials", "credentials.*"),
    *("*_credentials.*", "*-credentials.*", "*service-account*.json", "*service_account*.json", "auth.json"),
    *(
        "token",
        "token.txt",
        "token*.json",
        "*.token",
        "passwords",
        "passwords.*",
        "password.txt",
        "*.passwd",
        "shadow",
    ),
    *("*.sqlite", "*.sqlite3", "*.db", "*.dump", ".history", ".bash_history", ".python_history", ".psql_history"),
)
"""Names, at any depth and in any case."""

HARMLESS = frozenset(
    {".env.example", ".env.sample", ".env.template", ".env.dist", "secrets.example", "secrets.sample"}
)


def readable(path: str) -> bool:
    """Whether what a path holds may stand in a prompt."""
    if path_problem(path):
        return False
    names = [name for name in same_name(path).split("/") if name not in HARMLESS]
    return not any(fnmatchcase(name, glob) for name in names for glob in WITHHELD)
