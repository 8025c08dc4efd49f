"""Volume files byte by byte, so that tests can write what no library would."""

import gzip
import struct
from pathlib import Path

import numpy as np

from SpineLib.volume import Volume

TYPES = {"int8": 256, "uint8": 2, "int16": 4, "uint16": 512, "int32": 8, "uint32": 768,
         "int64": 1024, "uint64": 1280, "float32": 16, "float64": 64}  # fmt: skip


def noise(shape=(6, 16, 20), kind="int16") -> np.ndarray:
    """Voxels [k, j, i] that differ everywhere, the first one 100."""
    voxels = np.random.default_rng(0).integers(1, 120, shape).astype(kind)
    voxels[0, 0, 0] = 100
    return voxels


def turned(degrees=20.0, spacing=(0.7, 0.7, 4.0), origin=(10.0, -20.0, 30.0)) -> np.ndarray:
    """An affine to RAS, turned about the axis to the patient's right."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.eye(4)
    matrix[:3, :3] = np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]]) * spacing
    matrix[:3, 3] = origin
    return matrix


def nifti(
    path: Path, voxels: np.ndarray, *, sform=None, sform_code=None, qform_code=0,
    quaternion=(0.0, 0.0, 0.0), offset=(0.0, 0.0, 0.0), pixdim=(1.0, 0.7, 0.7, 4.0),
    scaling=(1.0, 0.0), units=2, version=1, order="<", extra=(), kind=None,
) -> Path:  # fmt: skip
    """Writes NIfTI-1 or -2; ``extra`` are sizes of further axes, ``kind`` lies about the type."""
    code = TYPES[voxels.dtype.name] if kind is None else kind
    sizes = (*voxels.shape[::-1], *extra)
    dim = [len(sizes), *sizes[:7], *[1] * (7 - len(sizes))]
    spacings = [*pixdim, *[1.0] * (8 - len(pixdim))]
    if sform_code is None:
        sform_code = 0 if sform is None else 1
    rows = (np.eye(4) if sform is None else sform)[:3].ravel()
    bits = voxels.dtype.itemsize * 8
    if version == 1:
        header = bytearray(352)
        struct.pack_into(order + "i", header, 0, 348)
        struct.pack_into(order + "8h", header, 40, *dim)
        struct.pack_into(order + "hh", header, 70, code, bits)
        struct.pack_into(order + "8f", header, 76, *spacings)
        struct.pack_into(order + "3f", header, 108, 352, *scaling)
        header[123] = units
        struct.pack_into(order + "2h", header, 252, qform_code, sform_code)
        struct.pack_into(order + "6f", header, 256, *quaternion, *offset)
        struct.pack_into(order + "12f", header, 280, *rows)
        header[344:348] = b"n+1\0"
    else:
        header = bytearray(544)
        struct.pack_into(order + "i", header, 0, 540)
        header[4:12] = b"n+2\0\r\n\x1a\n"
        struct.pack_into(order + "hh", header, 12, code, bits)
        struct.pack_into(order + "8q", header, 16, *dim)
        struct.pack_into(order + "8d", header, 104, *spacings)
        struct.pack_into(order + "q2d", header, 168, 544, *scaling)
        struct.pack_into(order + "2i", header, 344, qform_code, sform_code)
        struct.pack_into(order + "6d", header, 352, *quaternion, *offset)
        struct.pack_into(order + "12d", header, 400, *rows)
        struct.pack_into(order + "i", header, 500, units)
    raw = bytes(header) + voxels.astype(voxels.dtype.newbyteorder(order)).tobytes()
    path.write_bytes(gzip.compress(raw, mtime=0) if path.suffix == ".gz" else raw)
    return path


def nrrd(path: Path, voxels: np.ndarray, *lines: str, data: bytes | None = None) -> Path:
    """Writes NRRD with these lines behind type, dimension and sizes; raw if none says otherwise."""
    names = {"int16": "short", "uint8": "uchar", "float32": "float"}
    given = {line.split(":")[0] for line in lines}
    usual = {
        "type": names[voxels.dtype.name], "dimension": "3", "endian": "little", "encoding": "raw",
        "sizes": " ".join(map(str, voxels.shape[::-1])),
    }  # fmt: skip
    text = [f"{name}: {value}" for name, value in usual.items() if name not in given]
    header = "\n".join(["NRRD0005", *text, *lines]) + "\n\n"
    path.write_bytes(header.encode() + (voxels.tobytes() if data is None else data))
    return path


def metaimage(path: Path, voxels: np.ndarray, *lines: str, data: bytes | None = None) -> Path:
    """Writes MetaImage with these lines in place of the usual ones of their names."""
    given = {line.split("=")[0].strip() for line in lines}
    usual = {
        "ObjectType": "Image", "NDims": "3", "BinaryData": "True",
        "BinaryDataByteOrderMSB": "False", "CompressedData": "False",
        "TransformMatrix": "1 0 0 0 1 0 0 0 1", "Offset": "0 0 0",
        "ElementSpacing": "0.7 0.7 4", "DimSize": " ".join(map(str, voxels.shape[::-1])),
        "ElementType": "MET_SHORT",
    }  # fmt: skip
    text = [f"{name} = {value}" for name, value in usual.items() if name not in given]
    last = [] if "ElementDataFile" in given else ["ElementDataFile = LOCAL"]
    header = "\n".join([*text, *[line for line in lines if line], *last]) + "\n"
    path.write_bytes(header.encode() + (voxels.tobytes() if data is None else data))
    return path


def same(volume: Volume, voxels: np.ndarray, matrix: np.ndarray, tolerance: float = 1e-5) -> bool:
    """Whether a volume holds these voxels at these places."""
    return bool(
        np.array_equal(volume.voxels, voxels)
        and np.allclose(volume.ijk_to_ras, matrix, atol=tolerance)
    )
