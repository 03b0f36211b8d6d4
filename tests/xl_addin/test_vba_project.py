"""The formats of a VBA project: what is written is read back by others and by a strict reader of our own."""

from __future__ import annotations

import struct
import warnings
from random import Random
from types import ModuleType

import olefile
import ovba
import pytest

from xl_addin.compound_file import compound_file
from xl_addin.vba_project import compressed, standard_module, vba_project

GUID = "{00000000-0000-4000-8000-000000000001}"


@pytest.fixture(scope="module")
def olevba() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries it is made with
        from oletools import olevba
    return olevba


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 15, 16, 17, 4095, 4096, 4097, 8192, 12289])
@pytest.mark.parametrize("letters", ["a", "ab", "Public Sub \r\n"])
def test_what_is_compressed_is_read_back(size: int, letters: str, olevba: ModuleType) -> None:
    random = Random(f"{size}{letters}")
    data = "".join(random.choice(letters) for _ in range(size)).encode()
    packed = compressed(data)
    assert ovba.decompressed(packed) == data
    if data:
        assert bytes(olevba.decompress_stream(bytearray(packed))) == data


def test_bytes_that_do_not_compress_are_kept_as_they_are() -> None:
    noise = Random(1).randbytes(8192)
    assert ovba.decompressed(compressed(noise)) == noise
    with pytest.raises(ValueError, match="does not pack"):
        compressed(noise[:4090])


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_streams_of_all_sizes_come_back(count: int) -> None:
    random = Random(count)
    streams = {
        f"VBA/Module{n}": random.randbytes(random.choice([0, 1, 63, 64, 65, 4095, 4096, 9000])) for n in range(count)
    }
    streams |= {"PROJECT": b"x" * 100_000, "a": b"", "B": b"y"}
    file = ovba.CompoundFile(compound_file(streams))
    assert file.streams == streams
    assert file.leaning == []
    with olefile.OleFileIO(compound_file(streams), raise_defects=olefile.DEFECT_UNSURE) as container:
        assert all(container.openstream(name).read() == data for name, data in streams.items())


def test_a_compound_file_may_need_many_sectors_for_its_fat() -> None:
    large = Random(3).randbytes(600_000)
    assert ovba.CompoundFile(compound_file({"large": large})).streams == {"large": large}
    with pytest.raises(ValueError, match="DIFAT"):
        compound_file({"huge": bytes(8_000_000)})


def test_names_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="31 characters"):
        compound_file({"n" * 32: b""})


# The judge is judged: a reader that forgives would prove nothing.


def small() -> bytes:
    return vba_project("Small", GUID, [standard_module("One", "Option Explicit\n"), standard_module("Two", "")])


def entry(data: bytes, name: str) -> int:
    """Return where in the file the directory's line of this name begins."""
    return data.index(name.encode("utf-16-le").ljust(64, b"\0"))


def test_the_strict_reader_reads_a_small_project() -> None:
    project = ovba.read_project(small())
    assert project.modules == {
        "One": 'Attribute VB_Name = "One"\r\nOption Explicit\r\n',
        "Two": 'Attribute VB_Name = "Two"\r\n',
    }
    assert project.guid == GUID


def test_the_strict_reader_sees_sectors_that_belong_to_nobody() -> None:
    data = bytearray(small())
    at = entry(data, "dir") + 116
    (start,) = struct.unpack_from("<I", data, at)
    struct.pack_into("<I", data, at, start + 1)
    with pytest.raises(ovba.Broken):
        ovba.CompoundFile(bytes(data))


def test_the_strict_reader_sees_a_tree_out_of_order() -> None:
    data = bytearray(small())
    at = entry(data, "One")
    data[at : at + 6] = "Zzz".encode("utf-16-le")
    with pytest.raises(ovba.Broken, match="not in order"):
        ovba.CompoundFile(bytes(data))


def test_the_strict_reader_sees_a_stream_that_is_not_in_the_tree() -> None:
    data = bytearray(small())
    at = entry(data, "VBA") + 76
    struct.pack_into("<I", data, at, ovba.NONE)
    with pytest.raises(ovba.Broken, match="nothing leads to"):
        ovba.CompoundFile(bytes(data))


def test_the_strict_reader_sees_a_password() -> None:
    data = small()
    at = data.index(b'DPB="') + 5
    other = data[: at + 6] + (b"00" if data[at + 6 : at + 8] != b"00" else b"11") + data[at + 8 :]
    with pytest.raises(ovba.Broken, match="DPB"):
        ovba.read_project(other)


@pytest.mark.parametrize("changed", range(24, 76))
def test_the_strict_reader_forgives_no_byte_of_the_header(changed: int) -> None:
    data = bytearray(small())
    data[changed] ^= 0x40
    if changed in (24, 25, 52, 53, 54, 55):  # minor version, transaction: any
        ovba.read_project(bytes(data))
    else:
        with pytest.raises((ovba.Broken, struct.error)):
            ovba.read_project(bytes(data))
