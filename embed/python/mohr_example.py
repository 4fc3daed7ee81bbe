#!/usr/bin/env python3
"""mohr from Python, by ctypes: prints the report that `mohr verify --json` prints, and exits with its status.

    mohr_example.py [--library libmohr.so.0] [--content FILE] [--options JSON] [--question JSON] FILE
"""

import argparse
import ctypes
import json
import sys


class Buffer(ctypes.Structure):
    _fields_ = [("data", ctypes.POINTER(ctypes.c_char)), ("size", ctypes.c_size_t)]


class Mohr:
    """One library, one verifier. A verifier may be used by several threads at once."""

    def __init__(self, library="libmohr.so.0", **options):
        self._lib = ctypes.CDLL(library)
        self._lib.mohr_version.restype = ctypes.c_char_p
        self._lib.mohr_verifier_open.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(Buffer)]
        self._lib.mohr_verifier_close.argtypes = [ctypes.c_void_p]
        self._lib.mohr_verify_bytes.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t,
                                                ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(Buffer)]
        self._lib.mohr_verify_file.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p,
                                               ctypes.POINTER(Buffer)]
        self._lib.mohr_free.argtypes = [ctypes.POINTER(Buffer)]
        self._lib.mohr_free.restype = None
        self._lib.mohr_verifier_close.restype = None
        self._verifier = ctypes.c_void_p()
        buffer = Buffer()
        status = self._lib.mohr_verifier_open(json.dumps(options).encode(), ctypes.byref(self._verifier), ctypes.byref(buffer))
        report = self._take(buffer)
        if status != 0:
            raise ValueError(report.decode())

    def _take(self, buffer):
        octets = ctypes.string_at(buffer.data, buffer.size) if buffer.data else b""
        self._lib.mohr_free(ctypes.byref(buffer))
        return octets

    def version(self):
        return self._lib.mohr_version().decode()

    def verify_file(self, path, content=None, question=None):
        buffer = Buffer()
        status = self._lib.mohr_verify_file(self._verifier, path.encode(), content.encode() if content else None,
                                            json.dumps(question).encode() if question else None, ctypes.byref(buffer))
        return status, self._take(buffer)

    def verify_bytes(self, document, content=None, name="memory", question=None):
        buffer = Buffer()
        status = self._lib.mohr_verify_bytes(self._verifier, document, len(document), content, len(content or b""), name.encode(),
                                             json.dumps(question).encode() if question else None, ctypes.byref(buffer))
        return status, self._take(buffer)

    def close(self):
        self._lib.mohr_verifier_close(self._verifier)
        self._verifier = ctypes.c_void_p()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", default="libmohr.so.0")
    parser.add_argument("--content")
    parser.add_argument("--options", default="{}", help='for example {"trust": ["root.pem"], "offline": true}')
    parser.add_argument("--question", default="{}", help='for example {"expect_receiver": "10380284790"}')
    parser.add_argument("file")
    arguments = parser.parse_args()
    mohr = Mohr(arguments.library, **json.loads(arguments.options))
    status, report = mohr.verify_file(arguments.file, arguments.content, json.loads(arguments.question))
    mohr.close()
    sys.stdout.buffer.write(report)
    return status


if __name__ == "__main__":
    sys.exit(main())
