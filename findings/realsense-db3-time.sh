#!/bin/sh
# A RealSense .db3 does not stamp its pictures with the camera's time.
#
# Good guess: from SDK 2.58 on, a recording is a ROS 2 file in place of a ROS 1 .bag, with the same
# meaning: header.stamp of a picture is the time that the camera gave it.
#
# Versions: pyrealsense2 2.57.7.10387 (.bag) and 2.59.1.11053 (.db3), rosbags 0.10.11 for the .bag,
# numpy 2.2.6.
#
# Behaviour: both record the same three pictures, 33 ms apart on the camera's clock and handed over
# at least 0.2 s apart. The .bag stamps them with the camera's time. The .db3 stamps them with the
# time since the recording began, when the recorder got them. The camera's time is a word in a text
# that lies beside each picture.
#
# Why it matters here: depth and colour belong together by the camera's time. By header.stamp a
# .db3 pairs pictures by how busy the recording computer was, and speeds and blinks come out wrong.
#
# Output seen (the middle line differs from run to run):
#   .bag, header.stamp: 5000.000 5000.033 5000.066
#   .db3, header.stamp: 0.000 0.200 0.538
#   .db3, text beside: 5000.000 5000.033 5000.066
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
python3 -m pip install -q --target py numpy==2.2.6 rosbags==0.10.11
python3 -m pip install -q --target old --no-deps pyrealsense2==2.57.7.10387
python3 -m pip install -q --target new --no-deps pyrealsense2==2.59.1.11053

cat > record.py <<'PY'
import sys
import time

import numpy as np
import pyrealsense2 as rs

width, height = 64, 48
camera = rs.software_device()
sensor = camera.add_sensor('Depth')

lens = rs.intrinsics()
lens.width, lens.height = width, height
lens.fx = lens.fy = 50
lens.ppx, lens.ppy = width / 2, height / 2
lens.model, lens.coeffs = rs.distortion.none, [0] * 5

stream = rs.video_stream()
stream.type, stream.fmt, stream.bpp = rs.stream.depth, rs.format.z16, 2
stream.width, stream.height, stream.fps = width, height, 30
stream.index = stream.uid = 0
stream.intrinsics = lens
profile = sensor.add_video_stream(stream).as_video_stream_profile()
sensor.add_read_only_option(rs.option.depth_units, 0.001)

recorder = rs.recorder(sys.argv[1], camera)
recorded = recorder.query_sensors()[0]
queue = rs.frame_queue(3)
recorded.open(recorded.get_stream_profiles()[0])
recorded.start(queue)
for number in range(3):
    frame = rs.software_video_frame()
    frame.pixels = np.full((height, width), 1500, np.uint16)
    frame.stride, frame.bpp = width * 2, 2
    frame.timestamp = 5_000_000.0 + 33 * number
    frame.domain = rs.timestamp_domain.hardware_clock
    frame.frame_number = number + 1
    frame.profile = profile
    frame.depth_units = 0.001
    sensor.on_video_frame(frame)
    queue.wait_for_frame(20_000)
    time.sleep(0.2)
recorded.stop()
recorded.close()
PY
PYTHONPATH=py:old python3 record.py depth.bag
PYTHONPATH=py:new python3 record.py depth.db3

cat > show.py <<'PY'
import re
import sqlite3
import struct
import sys
from pathlib import Path

from rosbags.rosbag1 import Reader


def line(name, times):
    print(f'{name}: {" ".join(f"{t:.3f}" for t in times)}')


# An Image begins with seq, stamp.sec and stamp.nsec.
with Reader(Path('depth.bag')) as bag:
    stamps = [
        struct.unpack_from('<II', raw, 4)
        for connection, _, raw in bag.messages()
        if connection.topic.endswith('/image/data')
    ]
old = [seconds + nano / 1e9 for seconds, nano in stamps]
line('.bag, header.stamp', old)

# A CompressedImage begins with four bytes of CDR, stamp.sec and stamp.nanosec.
db = sqlite3.connect('depth.db3')
sql = (
    'select data from messages join topics on topics.id = topic_id '
    'where name like ? order by messages.id'
)
pictures = db.execute(sql, ['%/image/data/compressedDepth'])
stamps = [struct.unpack_from('<iI', raw, 4) for (raw,) in pictures]
new = [seconds + nano / 1e9 for seconds, nano in stamps]
line('.db3, header.stamp', new)
texts = [raw for (raw,) in db.execute(sql, ['%/image/metadata'])]
beside = [float(re.search(rb';timestamp=([0-9.]+);', text)[1]) / 1000 for text in texts]
line('.db3, text beside', beside)

camera = [5000.0, 5000.033, 5000.066]


def same(times):
    return [round(t, 3) for t in times] == camera


# The pauses between the pictures, never shorter than they were asked for.
arrivals = len(new) == 3 and new[0] < 3600 and min(new[1] - new[0], new[2] - new[1]) > 0.15
sys.exit(0 if same(old) and same(beside) and arrivals else 'This is no longer so.')
PY
PYTHONPATH=py python3 show.py
