#!/bin/sh
# fakenect ends a recording at the first empty line of its index.
#
# Good guess: an empty line in INDEX.txt, such as an editor or a join of two recordings leaves, is
# passed over; or at least it is an error.
#
# Versions: libfreenect0.5 1:0.5.3-3+b1 (Debian 12).
#
# Behaviour: an empty line reads like the end of the file. freenect_process_events() says "No more
# lines" and gives -1, as it does when everything was played; what follows is never shown.
#
# Why it matters here: an enrolment from such a recording ends too early and looks like one in which
# the person did not turn the head. Facet plays it through an index without empty lines.
#
# Output seen:
#   3 pictures in the index, an empty line behind the first: fakenect shows 1, then ends with -1
#   3 pictures in the index, no empty line: fakenect shows 3, then ends with -1
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq libfreenect0.5=1:0.5.3-3+b1
dpkg-deb -x libfreenect0.5_*.deb root

cat > show.py <<'PY'
import ctypes, glob, os, subprocess, sys

LIBRARY = glob.glob('root/usr/lib/*/fakenect/libfreenect.so.0.5')[0]


class Mode(ctypes.Structure):
    _fields_ = [('reserved', ctypes.c_uint32), ('resolution', ctypes.c_int), ('format', ctypes.c_int32),
                ('bytes', ctypes.c_int32), ('width', ctypes.c_int16), ('height', ctypes.c_int16)] + [
                (name, ctypes.c_int8) for name in ('bits', 'padding', 'rate', 'valid')]


def play(folder):
    """How many pictures fakenect shows, and what it says at the end."""
    os.environ['FAKENECT_PATH'] = folder
    library, context, device, seen = ctypes.CDLL(LIBRARY), ctypes.c_void_p(), ctypes.c_void_p(), []
    kind = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32)
    callback = kind(lambda *_: seen.append(1))
    library.freenect_init(ctypes.byref(context), None)
    library.freenect_open_device(context, ctypes.byref(device), 0)
    library.freenect_find_depth_mode.restype = Mode
    library.freenect_set_depth_mode.argtypes = [ctypes.c_void_p, Mode]
    library.freenect_set_depth_mode(device, library.freenect_find_depth_mode(1, 0))
    library.freenect_set_depth_callback(device, callback)
    library.freenect_start_depth(device)
    for _ in range(9):
        said = library.freenect_process_events(context)
        if said < 0:
            break
    return len(seen), said


if len(sys.argv) > 1:
    print(*play(sys.argv[1]), file=sys.stderr)
    sys.exit()
names = [f'd-1.{i}00000-{1000 * (i + 1)}.pgm' for i in range(3)]
for folder, between, expected in (('an empty line behind the first', '\n\n', (1, -1)), ('no empty line', '\n', (3, -1))):
    os.mkdir(folder)
    for name in names:
        with open(f'{folder}/{name}', 'wb') as file:
            file.write(b'P5 640 480 65535\n' + bytes(640 * 480 * 2))
    with open(f'{folder}/INDEX.txt', 'w') as file:
        file.write(names[0] + between + '\n'.join(names[1:]) + '\n')
    said = subprocess.run([sys.executable, __file__, folder], capture_output=True, check=True, text=True).stderr
    shown, end = map(int, said.split())
    print(f'3 pictures in the index, {folder}: fakenect shows {shown}, then ends with {end}')
    if (shown, end) != expected:
        sys.exit('this has changed')
PY
python3 show.py
