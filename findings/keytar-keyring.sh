#!/bin/sh
# On Linux keytar and @napi-rs/keyring's entry for keytar's users do not see each other's secrets.
#
# Good guess: @napi-rs/keyring/keytar has keytar's four functions and both keep their secrets in the
# desktop's keyring, so one can take the other's place and find what it stored.
#
# Versions: @github/keytar 7.10.6 (keytar with its builds in the package), @napi-rs/keyring 1.2.0,
# Debian 12's gnome-keyring 42.1.
#
# Behaviour: both write to the same collection and each finds only its own. keytar calls the second
# attribute "account", @napi-rs/keyring "username". Neither says anything: a secret of the other one
# is null, as if it had never been stored.
#
# Why it matters here: the key of the stored faces lies there. After a change of library the program
# finds none, takes this for a first start and makes a new key; the old faces are unreadable.
#
# Needs apt-get, dpkg, dbus-run-session and gdbus (Debian: dbus, libglib2.0-bin).
#
# Output seen:
#   keytar: its own one, the other's null, all it finds: first; attributes: account, service
#   keyring: its own two, the other's null, all it finds: second; attributes: service, username
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . \
  @github/keytar@7.10.6 @napi-rs/keyring@1.2.0
apt-get download -qq -o APT::Sandbox::User=root gnome-keyring libgck-1-0 libgcr-base-3-1
for package in *.deb; do dpkg -x "$package" tree; done

cat > show.cjs <<'JS'
const { execFileSync } = require('node:child_process');
const keytar = require('@github/keytar');
const keyring = require('@napi-rs/keyring/keytar');

/** The names of an item's attributes, as the keyring's service tells them. */
const attributes = (account) => {
  const call = (path, method, ...rest) =>
    execFileSync(
      'gdbus',
      ['call', '--session', '--dest', 'org.freedesktop.secrets', '--object-path', path, '--method']
        .concat(method, rest),
      { encoding: 'utf8' },
    );
  const found = call(
    '/org/freedesktop/secrets',
    'org.freedesktop.Secret.Service.SearchItems',
    "{'service': 'a door'}",
  );
  for (const [path] of found.matchAll(/\/org\/freedesktop\/secrets\/collection\/[^']+/g)) {
    const text = call(
      path,
      'org.freedesktop.DBus.Properties.Get',
      'org.freedesktop.Secret.Item',
      'Attributes',
    );
    const pairs = [...text.matchAll(/'([^']+)': '([^']*)'/g)];
    const own = pairs.filter(([, key]) => ['account', 'username', 'service'].includes(key));
    if (own.some(([, , value]) => value === account)) return own.map(([, key]) => key).sort();
  }
  return [];
};

(async () => {
  await keytar.setPassword('a door', 'first', 'one');
  await keyring.setPassword('a door', 'second', 'two');
  let same = true;
  for (const [name, library, seen, unseen] of [
    ['keytar', keytar, 'first', 'second'],
    ['keyring', keyring, 'second', 'first'],
  ]) {
    const own = await library.getPassword('a door', seen);
    const other = await library.getPassword('a door', unseen);
    const all = (await library.findCredentials('a door')).map((c) => c.account);
    console.log(
      `${name}: its own ${own}, the other's ${other}, all it finds: ${all.join(', ')}; ` +
        `attributes: ${attributes(seen).join(', ')}`,
    );
    same = same && own !== null && other === null && all.length === 1 && all[0] === seen;
  }
  if (!same) {
    console.error('This is no longer so.');
    process.exitCode = 1;
  }
})();
JS

cat > session.sh <<'SH'
set -eu
printf secret | LD_LIBRARY_PATH="$(echo "$PWD"/tree/usr/lib/*-linux-gnu*)" \
  tree/usr/bin/gnome-keyring-daemon --foreground --unlock --components=secrets > /dev/null &
daemon=$!
trap 'kill "$daemon"' EXIT
gdbus wait --session --timeout 60 org.freedesktop.secrets
node show.cjs
SH
# A home and a bus of its own: the real keyring is not touched.
mkdir -m 700 home
HOME=$dir/home XDG_DATA_HOME=$dir/home XDG_RUNTIME_DIR=$dir/home \
  dbus-run-session -- sh session.sh
