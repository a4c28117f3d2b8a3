"""`.venv/bin/python -m tests.ivr.golden`: write every document again, and remove those that are no longer sent."""

from __future__ import annotations

from tests.ivr.golden.documents import FOLDER, golden_documents, path_of


def main() -> None:
    documents = golden_documents()
    for gone in set(FOLDER.rglob("*.xml")) - set(map(path_of, documents)):
        gone.unlink()
        print(f"removed: {gone.relative_to(FOLDER)}")
    for name, golden in documents.items():
        path, content = path_of(name), golden.content.encode()
        if path.exists() and path.read_bytes() == content:
            continue
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        print(f"written: {path.relative_to(FOLDER)}")


if __name__ == "__main__":
    main()
