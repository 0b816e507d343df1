#!/bin/sh
# fakenect's PGM files are not netpbm's: every other reader turns the bytes of their depth round.
#
# Good guess: a file that begins with "P5 640 480 65535" is a PGM of 16 bits, and any reader of PGM
# gives its depth.
#
# Versions: libfreenect0.5 1:0.5.3-3+b1 (Debian 12), pillow 12.0.0.
#
# Behaviour: netpbm has the higher byte of a pixel first. fakenect-record writes the processor's own
# order, and fakenect plays it back so: on x86 and ARM the lower byte is first. Pillow reads the
# same file as netpbm defines it and gives the bytes the other way round, without a word.
#
# Why it matters here: 768 (1.2 m) becomes 3, and a recording that was made or changed by a picture
# library plays as noise. Facet looks at the pixels: raw depth has 11 bits, so the order shows.
#
# Output seen:
#   written 768, the lower byte first: fakenect gives 768, Pillow 3
#   written 768, the higher byte first: fakenect gives 3, Pillow 768
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq libfreenect0.5=1:0.5.3-3+b1
dpkg-deb -x libfreenect0.5_*.deb root
python3 -m pip install --quiet --disable-pip-version-check --target lib pillow==12.0.0

cat > show.py <<'PY'
import ctypes, glob, os, struct, subprocess, sys
sys.path.insert(0, 'lib')
from PIL import Image

LIBRARY = glob.glob('root/usr/lib/*/fakenect/libfreenect.so.0.5')[0]


class Mode(ctypes.Structure):
    _fields_ = [('reserved', ctypes.c_uint32), ('resolution', ctypes.c_int), ('format', ctypes.c_int32),
                ('bytes', ctypes.c_int32), ('width', ctypes.c_int16), ('height', ctypes.c_int16)] + [
                (name, ctypes.c_int8) for name in ('bits', 'padding', 'rate', 'valid')]


def play(folder):
    """First depth pixel that fakenect gives."""
    os.environ['FAKENECT_PATH'] = folder
    library, context, device, seen = ctypes.CDLL(LIBRARY), ctypes.c_void_p(), ctypes.c_void_p(), []
    kind = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint16), ctypes.c_uint32)
    callback = kind(lambda _, depth, stamp: seen.append(depth[0]))
    library.freenect_init(ctypes.byref(context), None)
    library.freenect_open_device(context, ctypes.byref(device), 0)
    library.freenect_find_depth_mode.restype = Mode
    library.freenect_set_depth_mode.argtypes = [ctypes.c_void_p, Mode]
    library.freenect_set_depth_mode(device, library.freenect_find_depth_mode(1, 0))
    library.freenect_set_depth_callback(device, callback)
    library.freenect_start_depth(device)
    library.freenect_process_events(context)
    return seen[0]


if len(sys.argv) > 1:
    print(play(sys.argv[1]))
    sys.exit()
expected = {'lower': (768, 3), 'higher': (3, 768)}
for first, order in (('lower', '<H'), ('higher', '>H')):
    os.mkdir(first)
    name = 'd-1.000000-1000.pgm'
    with open(f'{first}/{name}', 'wb') as file:
        file.write(b'P5 640 480 65535\n' + struct.pack(order, 768) * 640 * 480)
    with open(f'{first}/INDEX.txt', 'w') as file:
        file.write(name + '\n')
    played = int(subprocess.run([sys.executable, __file__, first], capture_output=True, check=True).stdout)
    read = Image.open(f'{first}/{name}').getpixel((0, 0))
    print(f'written 768, the {first} byte first: fakenect gives {played}, Pillow {read}')
    if (played, read) != expected[first]:
        sys.exit('this has changed')
PY
python3 show.py
