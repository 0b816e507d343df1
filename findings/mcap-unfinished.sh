#!/bin/sh
# Python's mcap gives nothing of a recording that has no end yet.
#
# Good guess: an MCAP file is a row of whole records, made so that a recording that was cut off can
# still be read; the reader gives the messages up to the cut and then raises.
#
# Versions: mcap 1.5.0.
#
# Behaviour: make_reader() takes a file's last bytes for a footer without looking whether they are
# one, and speaks of a record far larger than the file. NonSeekingReader, which reads from the front,
# sorts by time unless told otherwise, so it collects every message first, meets the end, and raises
# before it gives one. With log_time_order=False it gives all that is there and then raises.
#
# Why it matters here: a recording of a camera may end with the battery or a pulled plug. By
# default its faces look lost, and the first message points to a broken file.
#
# Output seen:
#   finished, make_reader: 20 messages
#   finished, NonSeekingReader: 20 messages
#   unfinished, make_reader: 0 messages, RecordLengthLimitExceeded
#   unfinished, NonSeekingReader: 0 messages, EndOfFile
#   unfinished, NonSeekingReader, log_time_order=False: 19 messages, EndOfFile
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
python3 -m pip install -q --target py mcap==1.5.0

cat > show.py <<'PY'
import io
import sys

from mcap.reader import NonSeekingReader, make_reader
from mcap.writer import Writer

# One message fills a chunk; the twentieth waits in the writer for the next.
stream = io.BytesIO()
writer = Writer(stream, chunk_size=200)
writer.start()
schema = writer.register_schema('frame', 'jsonschema', b'{}')
channel = writer.register_channel('/depth', 'json', schema)
for i in range(20):
    data = b'{"number": %d}' % i + b' ' * 90
    writer.add_message(channel, log_time=i, data=data, publish_time=i)
unfinished = stream.getvalue()
writer.finish()
finished = stream.getvalue()


def read(name, recording, reader, **order):
    count, end = 0, ''
    try:
        for _ in reader(io.BytesIO(recording)).iter_messages(**order):
            count += 1
    except Exception as error:
        end = f', {type(error).__name__}'
    result = f'{count} messages{end}'
    words = ''.join(f', {key}={value}' for key, value in order.items())
    print(f'{name}, {reader.__name__}{words}: {result}')
    return result


seen = [
    read('finished', finished, make_reader),
    read('finished', finished, NonSeekingReader),
    read('unfinished', unfinished, make_reader),
    read('unfinished', unfinished, NonSeekingReader),
    read('unfinished', unfinished, NonSeekingReader, log_time_order=False),
]
same = seen == [
    '20 messages',
    '20 messages',
    '0 messages, RecordLengthLimitExceeded',
    '0 messages, EndOfFile',
    '19 messages, EndOfFile',
]
sys.exit(0 if same else 'This is no longer so.')
PY
PYTHONPATH=py python3 show.py
