#!/bin/sh
# The pictures in a RealSense .bag are four bytes longer than ROS says.
#
# Good guess: librealsense's .bag is a ROS 1 bag with sensor_msgs/Image in it, so any strict reader
# of bags gets the depth, and a message ends where its last field ends.
#
# Versions: pyrealsense2 2.57.7.10387, rosbags 0.10.11, numpy 2.2.6.
#
# Behaviour: each depth message is a whole Image and four bytes more: the depth unit as a float32,
# in a place that the message's definition (in the same file) does not have. rosbags opens the
# file, reads its list of topics and other messages, and refuses the pictures with an
# AssertionError that says nothing.
#
# Why it matters here: the depth of a recorded face is read from such files without the SDK. A
# strict reader takes a sound recording for a broken one; a lenient one loses the unit that stands
# with the picture.
#
# Output seen:
#   /device_0/sensor_0/Depth_0/image/data: sensor_msgs/msg/Image, 3 messages
#   a float message of the same file: 0.001
#   a picture, rosbags: AssertionError
#   64x48, step 128, data 6144, after the data: 4 bytes, float32 0.001
#   64x48, step 128, data 6144, after the data: 4 bytes, float32 0.001
#   64x48, step 128, data 6144, after the data: 4 bytes, float32 0.001
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
python3 -m pip install -q --target py pyrealsense2==2.57.7.10387 rosbags==0.10.11 numpy==2.2.6

# A camera made of software, three pictures, all of them 1.5 m away.
cat > record.py <<'PY'
import sys

import numpy as np
import pyrealsense2 as rs

width, height, unit = 64, 48, 0.001
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
sensor.add_read_only_option(rs.option.depth_units, unit)

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
    frame.depth_units = unit
    sensor.on_video_frame(frame)
    queue.wait_for_frame(20_000)
recorded.stop()
recorded.close()
PY
PYTHONPATH=py python3 record.py depth.bag

cat > show.py <<'PY'
import struct
import sys
from pathlib import Path

from rosbags.rosbag1 import Reader
from rosbags.typesys import Stores, get_typestore

types = get_typestore(Stores.ROS1_NOETIC)
changed = False
pictures = []
with Reader(Path('depth.bag')) as bag:
    for connection, _, raw in bag.messages():
        if connection.topic.endswith('/option/Depth_Units/value'):
            unit = types.deserialize_ros1(raw, connection.msgtype).data
        if connection.topic.endswith('/image/data'):
            pictures.append((connection, bytes(raw)))

picture = pictures[0][0]
print(f'{picture.topic}: {picture.msgtype}, {len(pictures)} messages')
print(f'a float message of the same file: {unit:.3g}')

try:
    types.deserialize_ros1(pictures[0][1], picture.msgtype)
    changed = True
    print('a picture, rosbags: read')
except AssertionError:
    print('a picture, rosbags: AssertionError')

for _, raw in pictures:
    # Header (seq, stamp, frame_id), height, width, encoding, is_bigendian, step, data.
    at = 12
    at += 4 + struct.unpack_from('<I', raw, at)[0]
    height, width, letters = struct.unpack_from('<III', raw, at)
    at += 12 + letters
    _, step, size = struct.unpack_from('<BII', raw, at)
    rest = raw[at + 9 + size :]
    text = f'{width}x{height}, step {step}, data {size}, after the data: {len(rest)} bytes'
    if len(rest) == 4:
        text += f', float32 {struct.unpack("<f", rest)[0]:.3g}'
    print(text)
    changed = changed or size != height * step or rest != struct.pack('<f', 0.001)

sys.exit('This is no longer so.' if changed or len(pictures) != 3 else 0)
PY
PYTHONPATH=py python3 show.py
