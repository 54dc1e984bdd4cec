"""The encrypted archive: read as openssl, xz and tar wrote it, or refused in one line."""

import functools
import lzma
import os
import re
import shutil
import subprocess
import tarfile
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scriptgap.errors import UsageError
from scriptgap.questions.archive import (
    LARGEST_MEMBER,
    MOST_MEMBERS,
    decrypted,
    jsonl_files,
    read_archive,
    unpacked,
)

PASSWORD = "swordfish ß"
ROOT = "benchmark_data"
FILES = {
    "hindi": {"dev.jsonl": b'{"id": "1"}\n{"id": "2"}\n', "extra.jsonl": b""},
    "english": {"dev.jsonl": os.urandom(700_000)},
}


def tar_of(files: dict[str, dict[str, bytes]]) -> bytes:
    members = []
    for folder, content in files.items():
        members.append(entry(f"{ROOT}/{folder}", kind=tarfile.DIRTYPE))
        members += [entry(f"{ROOT}/{folder}/{name}", data) for name, data in content.items()]
    return finished(*members)


def entry(name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, size: int | None = None) -> bytes:
    """Write one member, its size claimed to be `size`."""
    member = tarfile.TarInfo(name)
    member.type = kind
    member.linkname = "hindi/dev.jsonl" if kind in (tarfile.LNKTYPE, tarfile.SYMTYPE) else ""
    member.size = len(content) if size is None else size
    return member.tobuf(tarfile.GNU_FORMAT) + content + b"\0" * (-len(content) % 512)


def finished(*members: bytes) -> bytes:
    return b"".join(members) + b"\0" * 1024


def encrypt(content: bytes, path: Path) -> Path:
    salt = b"pepper!!"
    made = PBKDF2HMAC(SHA256(), length=48, salt=salt, iterations=100_000).derive(PASSWORD.encode())
    padder = PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(made[:32]), modes.CBC(made[32:])).encryptor()
    padded = padder.update(content) + padder.finalize()
    path.write_bytes(b"Salted__" + salt + cipher.update(padded) + cipher.finalize())
    return path


def from_tar(content: bytes) -> dict[str, dict[str, bytes]]:
    return jsonl_files(pieces(content), "x.enc", ROOT)


def from_xz(content: bytes) -> dict[str, dict[str, bytes]]:
    return jsonl_files(unpacked(pieces(content), "x.enc"), "x.enc", ROOT)


def pieces(content: bytes, size: int = 100_003) -> Iterator[bytes]:
    yield from (content[start : start + size] for start in range(0, len(content), size))


def refusal_of(content: bytes) -> str:
    found = files_or_one_line(lambda: from_tar(content))
    assert isinstance(found, str), found
    return found


Files = dict[str, dict[str, bytes]]


def files_or_one_line(read: Callable[[], Files]) -> Files | str:
    try:
        return read()
    except UsageError as error:
        message = str(error)
    assert len(message.splitlines()) == 1
    message.encode()
    return message


def test_a_round_trip(tmp_path: Path) -> None:
    path = encrypt(lzma.compress(tar_of(FILES)), tmp_path / "x.enc")
    assert read_archive(path, PASSWORD, ROOT) == FILES
    assert os.listdir(tmp_path) == ["x.enc"]


@pytest.mark.parametrize("tar_format", ["gnu", "ustar", "posix"])
def test_what_tar_and_openssl_write_is_read(tmp_path: Path, tar_format: str) -> None:
    missing = [tool for tool in ("openssl", "tar", "xz") if not shutil.which(tool)]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    for folder, content in FILES.items():
        (tmp_path / ROOT / folder).mkdir(parents=True)
        for name, data in content.items():
            (tmp_path / ROOT / folder / name).write_bytes(data)
    packing = (
        f"tar -cJ --format={tar_format} --no-xattrs {ROOT} | openssl enc -aes-256-cbc -pbkdf2 -iter 100000 "
        "-pass env:SECRET -out x.enc"
    )
    subprocess.run(
        ["bash", "-o", "pipefail", "-c", packing],
        cwd=tmp_path,
        env={**os.environ, "SECRET": PASSWORD},
        check=True,
    )
    assert read_archive(tmp_path / "x.enc", PASSWORD, ROOT) == FILES


@pytest.mark.parametrize("password", ["multi", "swordfish", "\ud800", "x" * 10_000])
def test_a_wrong_password_is_one_clear_line(tmp_path: Path, password: str) -> None:
    path = encrypt(lzma.compress(tar_of(FILES)), tmp_path / "x.enc")
    with pytest.raises(UsageError, match=r"x\.enc: the password is wrong, or the file is damaged[^\n]*$"):
        read_archive(path, password, ROOT)


@pytest.mark.parametrize("password", [None, ""])
def test_the_password_is_the_users_to_give(tmp_path: Path, password: str | None) -> None:
    path = encrypt(b"", tmp_path / "x.enc")
    with pytest.raises(UsageError, match="give its password, which is published in the data set's README"):
        read_archive(path, password, ROOT)


@pytest.mark.parametrize("content", [b"", b"Salted__", b"Salted__1234567", b"\xfd7zXZ\0" + b"\0" * 100])
def test_a_file_that_openssl_did_not_encrypt(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.enc").write_bytes(content)
    with pytest.raises(UsageError, match="does not begin with Salted__"):
        read_archive(tmp_path / "x.enc", PASSWORD, ROOT)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_archive(tmp_path, PASSWORD, ROOT)


def test_every_cut_of_the_cipher_is_refused(tmp_path: Path) -> None:
    whole = encrypt(lzma.compress(tar_of({"hindi": FILES["hindi"]})), tmp_path / "x.enc").read_bytes()
    for length in range(0, len(whole), 16):
        (tmp_path / "x.enc").write_bytes(whole[:length])
        with pytest.raises(UsageError):
            read_archive(tmp_path / "x.enc", PASSWORD, ROOT)


def test_data_after_the_xz_stream_or_the_tar_file() -> None:
    packed = lzma.compress(tar_of(FILES))
    with pytest.raises(UsageError, match="goes on after its .tar.xz ends"):
        from_xz(packed + packed)
    assert "goes on after the end of its tar" in refusal_of(tar_of(FILES) + tar_of(FILES))
    assert from_tar(tar_of(FILES) + b"\0" * 500_000) == FILES


def test_other_compression_and_too_much_memory() -> None:
    with pytest.raises(UsageError, match="password is wrong, or the file is damaged"):
        from_xz(lzma.compress(tar_of(FILES), lzma.FORMAT_ALONE))
    greedy = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 29, "preset": 0, "mf": lzma.MF_HC3}]
    # The size of the dictionary is in the header of the block, which is all that is needed here.
    small = [{**greedy[0], "dict_size": 1 << 20}]
    packed = lzma.compress(tar_of(FILES), filters=small)
    assert from_xz(packed) == FILES
    header = bytearray(packed[12:24])
    assert header[4] == 16
    header[4] = 36
    header[8:12] = crc32(bytes(header[:8]))
    with pytest.raises(UsageError, match="Memory usage limit"):
        from_xz(packed[:12] + bytes(header) + packed[24:])


def crc32(content: bytes) -> bytes:
    return zlib.crc32(content).to_bytes(4, "little")


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        (entry("/etc/hindi/dev.jsonl", b"x"), "leads out of the archive"),
        (entry(f"{ROOT}/../dev.jsonl", b"x"), "leads out of the archive"),
        (entry(f"{ROOT}/hindi/..", kind=tarfile.DIRTYPE), "leads out of the archive"),
        (entry(f"{ROOT}/hindi/dev.jsonl", kind=tarfile.SYMTYPE), "a symbolic link"),
        (entry(f"{ROOT}/hindi/dev.jsonl", kind=tarfile.LNKTYPE), "a hard link"),
        (entry(f"{ROOT}/hindi/dev.jsonl", kind=tarfile.CHRTYPE), "a device"),
        (entry(f"{ROOT}/hindi/dev.jsonl", kind=tarfile.BLKTYPE), "a device"),
        (entry(f"{ROOT}/hindi/dev.jsonl", kind=tarfile.FIFOTYPE), "a named pipe"),
        (entry(f"{ROOT}/hindi/dev.jsonl", kind=tarfile.GNUTYPE_SPARSE), "a sparse file"),
        (entry("././@LongLink", b"a" * 300, kind=tarfile.GNUTYPE_LONGNAME), "unusual tar type b'L'"),
        (entry(f"{ROOT}/dev\n.jsonl", kind=tarfile.CONTTYPE), r"dev\\n.jsonl.*unusual tar type b'7'"),
        (entry("pax", b"24 path=/etc/passwd.json\n", kind=tarfile.XHDTYPE), "changes the path"),
        (entry("pax", b"20 mtime=1.5\n15 size=100\n", kind=tarfile.XGLTYPE), "changes the size"),
        (entry("pax", b"22 GNU.sparse.major=1\n", kind=tarfile.XHDTYPE), "changes the GNU.sparse.major"),
        (entry(f"{ROOT}/hindi/dev.jsonl", size=LARGEST_MEMBER + 1), "of 64000001 bytes, more than 64 MB"),
        (entry(f"{ROOT}/hindi/dev.jsonl", size=1 << 70), "more than 64 MB"),
        (entry(f"{ROOT}/hindi/dev.jsonl", size=-512), "of -512 bytes"),
        (entry("pax", size=1 << 40, kind=tarfile.XHDTYPE), "more than 64 MB"),
        (entry(f"./{ROOT}/hindi//dev.jsonl", b"x") * 2, "is there twice"),
        (entry(f"{ROOT}/hindi/dev.jsonl", b"x") + b"?" * 512, "tar header is broken"),
        (b"".join(entry(f"{number}") for number in range(MOST_MEMBERS + 1)), "more than 2000 members"),
        (b"", "holds no file"),
        (entry(f"other/{ROOT}/hindi/dev.jsonl", b"x"), "holds no file"),
    ],
)
def test_hostile_archives_are_refused(member: bytes, reason: str) -> None:
    assert re.search(reason, refusal_of(finished(member)))


def test_a_tar_file_without_an_end_is_refused() -> None:
    assert "is cut short" in refusal_of(tar_of(FILES)[:-1024])


def test_what_other_systems_add_is_skipped() -> None:
    added = [
        entry(f"{ROOT}/hindi/._dev.jsonl", b"Mac OS X"),
        entry(f"{ROOT}/PaxHeaders.7/hindi/dev.jsonl", b"30 mtime=1.5\n"),
        entry(f"{ROOT}/hindi/._dev.jsonl/PaxHeader", b"20 mtime=1.5\n", kind=tarfile.XHDTYPE),
        entry("/tmp/GlobalHead.1", b"20 mtime=1.5\n", kind=tarfile.XGLTYPE),
        entry(f"{ROOT}/README.md", b"#"),
        entry(f"{ROOT}/hindi/more/dev.jsonl", b"x"),
    ]
    assert from_tar(b"".join(added) + tar_of(FILES)) == FILES


def zeros(header: bytes, size: int) -> bytes:
    """Compress `header` and then `size` zeros, without ever holding them."""
    packer = lzma.LZMACompressor(preset=0)
    packed = [packer.compress(header)]
    packed += [packer.compress(bytes(1 << 22)) for _ in range(size >> 22)]
    return b"".join([*packed, packer.flush()])


@pytest.mark.slow
def test_bombs_are_refused_fast_and_in_bounded_memory(tmp_path: Path) -> None:
    member = entry(f"{ROOT}/hindi/dev.jsonl", size=LARGEST_MEMBER)
    gigabyte, padding = 1 << 30, -LARGEST_MEMBER % 512
    many = lzma.LZMACompressor(preset=0)
    several = [
        many.compress(entry(f"{ROOT}/hindi/{number}.jsonl", size=LARGEST_MEMBER))
        + many.compress(bytes(LARGEST_MEMBER + padding))
        for number in range(9)
    ]
    bombs = {
        "zeros, no tar file": (zeros(b"", gigabyte), "goes on after the end of its tar", 2, 10),
        "one member": (zeros(entry(f"{ROOT}/a/b.jsonl", size=gigabyte), 1 << 27), "more than 64 MB", 2, 10),
        "after the end": (zeros(tar_of(FILES), 1 << 27), "goes on after the end of its tar", 2, 10),
        "a smaller claim": (zeros(member, 1 << 27), "goes on after the end of its tar", 10, 300),
        "nine members": (b"".join([*several, many.flush()]), "it holds more than 512 MB", 30, 800),
    }
    for name, (packed, reason, seconds, megabytes) in bombs.items():
        path = encrypt(packed, tmp_path / "bomb.enc")
        started = time.process_time()
        tracemalloc.start()
        with pytest.raises(UsageError, match=reason):
            read_archive(path, PASSWORD, ROOT)
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        taken = time.process_time() - started
        print(f"{name}: {len(packed):,} bytes, {taken:.2f} s, peak {peak:.0f} MB")
        assert taken < seconds, name
        assert peak < megabytes, name


SMALL = {"hindi": FILES["hindi"], "english": {"dev.jsonl": b'{"id": "3"}\n' * 50}}
MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["flip", "set", "insert", "delete", "repeat", "cut"]),
        st.floats(0, 1, exclude_max=True),
        st.integers(1, 700),
        st.binary(min_size=1, max_size=12),
    ),
    min_size=1,
    max_size=4,
)


def mutated(content: bytes, mutations: list[tuple[str, float, int, bytes]]) -> bytes:
    for what, where, length, new in mutations:
        at = int(where * len(content))
        start, end = content[:at], content[at:]
        if what == "flip":
            content = start + bytes(byte ^ (1 << length % 8) for byte in end[:1]) + end[1:]
        elif what == "set":
            content = start + new + end[len(new) :]
        elif what == "insert":
            content = start + new + end
        elif what == "delete":
            content = start + end[length:]
        elif what == "repeat":
            content = start + end[:length] + end
        else:
            content = start
    return content


@functools.cache
def packed_small() -> bytes:
    return lzma.compress(tar_of(SMALL))


def thoroughly(examples: int) -> settings:
    checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    return settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=checks
    )


@pytest.mark.slow
@thoroughly(250)
@given(mutations=MUTATIONS)
def test_a_damaged_cipher_gives_the_same_files_or_one_line(
    tmp_path: Path, mutations: list[tuple[str, float, int, bytes]]
) -> None:
    path = tmp_path / "x.enc"
    if not path.exists():
        encrypt(packed_small(), path)
        path.with_suffix(".whole").write_bytes(path.read_bytes())
    path.write_bytes(mutated(path.with_suffix(".whole").read_bytes(), mutations))
    found = files_or_one_line(lambda: read_archive(path, PASSWORD, ROOT))
    assert isinstance(found, str) or found == SMALL


@pytest.mark.slow
@thoroughly(1000)
@given(mutations=MUTATIONS)
def test_a_damaged_xz_stream_gives_the_same_files_or_one_line(
    mutations: list[tuple[str, float, int, bytes]],
) -> None:
    found = files_or_one_line(lambda: from_xz(mutated(packed_small(), mutations)))
    assert isinstance(found, str) or found == SMALL


@pytest.mark.slow
@thoroughly(1000)
@given(mutations=MUTATIONS, headers=st.booleans())
def test_a_damaged_tar_file_gives_files_or_one_line(
    mutations: list[tuple[str, float, int, bytes]], headers: bool
) -> None:
    whole = tar_of(SMALL)
    if headers:
        # The start of a header with its check sum mended, so that the field itself is what is wrong.
        header = bytearray(mutated(whole[512:1024], mutations)[:512].ljust(512, b"\0"))
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
        changed = whole[:512] + bytes(header) + whole[1024:]
    else:
        changed = mutated(whole, mutations)
    found = files_or_one_line(lambda: from_tar(changed))
    assert isinstance(found, str) or all(
        name.endswith(".jsonl") for files in found.values() for name in files
    )


def test_the_stages_are_lazy(tmp_path: Path) -> None:
    path = encrypt(lzma.compress(tar_of(FILES)), tmp_path / "x.enc")
    assert next(unpacked(decrypted(path, PASSWORD), "x.enc")).startswith(ROOT.encode())
