"""Password-protected archives of JSONL files, read in memory; hostile ones are refused."""

import lzma
import re
import tarfile
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path, PurePosixPath

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7

from scriptgap.errors import UsageError

MEGABYTE = 1_000_000
LARGEST_MEMBER = 64 * MEGABYTE
LARGEST_ARCHIVE = 512 * MEGABYTE
MOST_MEMBERS = 2_000
"""Extended headers count as members."""

_MOST_TRAILING = MEGABYTE
_UNPACKING_MEMORY = 128 * MEGABYTE
_CHUNK = 1 << 18
_BLOCK = tarfile.BLOCKSIZE
_XZ = b"\xfd7zXZ\0"

_EXTENDED_HEADERS = (tarfile.XHDTYPE, tarfile.XGLTYPE)
_RENAMED_OR_RESIZED = re.compile(rb"\d (path|linkpath|size|GNU\.sparse[.\w]*)=")
_REFUSED_KINDS = {
    tarfile.LNKTYPE: "a hard link",
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a named pipe",
    tarfile.GNUTYPE_SPARSE: "a sparse file",
}


def read_archive(path: Path, password: str | None, root: str) -> dict[str, dict[str, bytes]]:
    """Read the files ``<root>/<folder>/<name>.jsonl`` of an encrypted ``.tar.xz``; nothing goes to disk.

    The archive is what ``tar -cJ ROOT | openssl enc -aes-256-cbc -pbkdf2 -iter 100000`` writes: ``Salted__``,
    8 bytes of salt, then AES-256-CBC with PKCS7 padding, its key and IV by PBKDF2-HMAC-SHA256. There is no
    check sum over the cipher, so a wrong password shows in the first bytes that come out, or in the padding.
    The archive is read to its end and xz's check sums are verified before anything is returned.

    Folders, and regular files with other names, are skipped, and so are the ``._*`` files and extended
    headers (``PaxHeaders``) that macOS and POSIX tar add.

    Args:
        path: The encrypted file.
        password: Its password.
        root: The folder at the top of the archive.

    Returns:
        The files' content by folder and by name, in the archive's order.

    Raises:
        UsageError: The file cannot be read, is not such an archive, is damaged or cut short, the password is
            missing or wrong, no file is there, or the archive is hostile: an absolute path or ``..``, a link,
            device, pipe or sparse file, two members of one name, a member renamed or resized by an extended
            header, more than `MOST_MEMBERS`, a member above `LARGEST_MEMBER` bytes, or more than
            `LARGEST_ARCHIVE` bytes in all.
    """
    name = str(path)
    return jsonl_files(unpacked(decrypted(path, password), name), name, root)


def decrypted(path: Path, password: str | None) -> Iterator[bytes]:
    """Yield the content of a file that ``openssl enc -aes-256-cbc -pbkdf2 -iter 100000`` encrypted.

    Raises:
        UsageError: The file cannot be read or is no such file, the password is missing, or the padding at the
            end is wrong.
    """
    try:
        with path.open("rb") as file:
            start = file.read(16)
            if len(start) < 16 or not start.startswith(b"Salted__"):
                raise UsageError(
                    f"{path}: was not encrypted by openssl enc: it does not begin with Salted__ and a salt"
                )
            if not password:
                raise UsageError(
                    f"{path}: is encrypted; give its password, which is published in the data set's README"
                )
            # A password that is no valid Unicode cannot be the right one, and must not crash.
            secret = password.encode("utf-8", "surrogatepass")
            made = PBKDF2HMAC(SHA256(), length=48, salt=start[8:], iterations=100_000).derive(secret)
            cipher = Cipher(algorithms.AES(made[:32]), modes.CBC(made[32:])).decryptor()
            padding = PKCS7(128).unpadder()
            while chunk := file.read(_CHUNK):
                yield padding.update(cipher.update(chunk))
            yield padding.update(cipher.finalize()) + padding.finalize()
    except ValueError:
        raise UsageError(
            f"{path}: the password is wrong, or the file is damaged or cut short; try both again"
        ) from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error})") from None


def unpacked(packed: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Yield the content of one xz stream in small pieces, however much it holds.

    Args:
        packed: The stream in pieces of any length.
        name: How error messages call the archive.

    Raises:
        UsageError: It is no xz stream, is damaged or cut short, has data after its end, or needs more memory
            than any preset of ``xz`` does.
    """
    stream = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_UNPACKING_MEMORY)
    begun = False
    for chunk in filter(None, packed):
        if not begun and not chunk.startswith(_XZ[: len(chunk)]):
            raise UsageError(f"{name}: the password is wrong, or the file is damaged; try both again")
        begun = True
        if stream.eof:
            raise UsageError(f"{name}: is damaged, download it again: it goes on after its .tar.xz ends")
        try:
            yield stream.decompress(chunk, _CHUNK)
            while not stream.needs_input and not stream.eof:
                yield stream.decompress(b"", _CHUNK)
        except lzma.LZMAError as error:
            raise UsageError(f"{name}: is damaged, download it again: {error}") from None
        if stream.unused_data:
            raise UsageError(f"{name}: is damaged, download it again: it goes on after its .tar.xz ends")
    if not stream.eof:
        raise UsageError(f"{name}: is cut short, download it again: its .tar.xz has no end")


class _Tar:
    """The bytes of a tar file, to be taken in order and no more of them than the limit allows."""

    def __init__(self, chunks: Iterable[bytes], name: str):
        self._chunks = iter(chunks)
        self._buffer = bytearray()
        self._taken = 0
        self._name = name

    def take(self, size: int) -> bytes:
        self._taken += size
        if self._taken > LARGEST_ARCHIVE:
            raise UsageError(f"{self._name}: refused: it holds more than {LARGEST_ARCHIVE // MEGABYTE} MB")
        while len(self._buffer) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                raise UsageError(f"{self._name}: is cut short, download it again: its tar file has no end")
            self._buffer += chunk
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def close(self) -> None:
        """Read on to the end, so that check sums and padding are verified; only zeros may follow."""
        trailing = 0
        for chunk in chain([bytes(self._buffer)], self._chunks):
            trailing += len(chunk)
            if chunk.count(0) < len(chunk) or trailing > _MOST_TRAILING:
                raise UsageError(f"{self._name}: refused: it goes on after the end of its tar file")


def jsonl_files(tar: Iterable[bytes], name: str, root: str) -> dict[str, dict[str, bytes]]:
    """Return the files ``<root>/<folder>/<file>.jsonl`` of a tar file, with the refusals of `read_archive`.

    Only the parser of one header is the standard library's: its `tarfile.TarFile` takes a damaged header
    in mid-archive for the archive's end, and would lose what follows without a word.

    Args:
        tar: The tar file in pieces of any length.
        name: How error messages call the archive.
        root: The folder at the top of the archive.
    """
    stream = _Tar(tar, name)
    seen: set[PurePosixPath] = set()
    found: dict[str, dict[str, bytes]] = {}
    for _ in range(MOST_MEMBERS + 1):
        header = stream.take(_BLOCK)
        if header.count(0) == _BLOCK:
            break
        member = _checked(header, name)
        content = stream.take(member.size)
        stream.take(-member.size % _BLOCK)
        if member.type in _EXTENDED_HEADERS:
            if change := _RENAMED_OR_RESIZED.search(content):
                raise UsageError(f"{name}: refused: a header changes the {change[1].decode()} of a member")
            continue
        path = PurePosixPath(member.name)
        if path in seen:
            raise UsageError(f"{name}: refused: member {member.name!a} is there twice")
        seen.add(path)
        if member.isreg() and _is_wanted(path, root):
            found.setdefault(path.parts[1], {})[path.name] = content
    else:
        raise UsageError(f"{name}: refused: it has more than {MOST_MEMBERS} members")
    stream.close()
    if not found:
        raise UsageError(f"{name}: holds no file {root}/<folder>/<name>.jsonl; is it the right archive?")
    return found


def _checked(header: bytes, name: str) -> tarfile.TarInfo:
    """Parse the header of a member, or refuse the archive for it."""
    try:
        member = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise UsageError(f"{name}: is damaged, download it again: a tar header is broken ({error})") from None
    who = f"{name}: refused: member {member.name!a}"
    if not 0 <= member.size <= LARGEST_MEMBER:
        raise UsageError(f"{who} is of {member.size} bytes, more than {LARGEST_MEMBER // MEGABYTE} MB")
    if member.type in _EXTENDED_HEADERS:
        return member
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE):
        kind = _REFUSED_KINDS.get(member.type, f"of the unusual tar type {member.type!r}")
        raise UsageError(f"{who} is {kind}, not a file or folder")
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise UsageError(f"{who} leads out of the archive")
    return member


def _is_wanted(path: PurePosixPath, root: str) -> bool:
    of_mac = path.name.startswith("._")
    return len(path.parts) == 3 and path.parts[0] == root and path.suffix == ".jsonl" and not of_mac
