"""The folder of a sentence encoder: its two files, and the digest by which an operator pins them."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

MODEL_FILE, TOKENIZER_FILE = "model.onnx", "tokenizer.json"
FILES = (MODEL_FILE, TOKENIZER_FILE)
MAX_BYTES = {MODEL_FILE: 600_000_000, TOKENIZER_FILE: 20_000_000}


class EncoderError(RuntimeError):
    """The encoder cannot be used: what is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class EncoderFiles:
    """The contents of a folder as they were hashed; what is loaded is exactly this."""

    model: bytes
    tokenizer: bytes

    @property
    def hashes(self) -> dict[str, str]:
        """The SHA-256 of each file."""
        return {
            MODEL_FILE: sha256(self.model).hexdigest(),
            TOKENIZER_FILE: sha256(self.tokenizer).hexdigest(),
        }

    @property
    def digest(self) -> str:
        """One SHA-256 for both: that of what `sha256sum model.onnx tokenizer.json` prints."""
        lines = "".join(f"{digest}  {name}\n" for name, digest in self.hashes.items())
        return sha256(lines.encode()).hexdigest()


def read_folder(folder: Path) -> EncoderFiles:
    """Reads the two files of a folder; EncoderError where one is absent or too large."""
    contents = [_read_file(folder / name, MAX_BYTES[name]) for name in FILES]
    return EncoderFiles(*contents)


def read_pinned_folder(folder: Path, pinned: str | None) -> EncoderFiles:
    """The files of a folder, if they are those that the operator pinned; EncoderError where not."""
    if not pinned:
        raise EncoderError(
            f"CAUSELOOP_SEMANTIC_FOLDER names {folder}, but CAUSELOOP_SEMANTIC_SHA256 does not pin it: "
            f"set it to what `causeloop semantic check {folder}` prints"
        )
    files = read_folder(folder)
    if not hmac.compare_digest(files.digest.encode(), pinned.strip().lower().encode()):
        raise EncoderError(
            f"the files in {folder} have the digest {files.digest}, not the one that "
            "CAUSELOOP_SEMANTIC_SHA256 pins: restore them or, where they were replaced on purpose, pin the "
            "new ones"
        )
    return files


def _read_file(path: Path, max_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        raise EncoderError(
            f"{path} cannot be read ({error.strerror or error}): a folder of an encoder holds "
            f"{' and '.join(FILES)}, which this process may read"
        ) from None
    if len(content) > max_bytes:
        raise EncoderError(f"{path} is larger than {max_bytes:,} bytes: name a smaller encoder")
    return content
