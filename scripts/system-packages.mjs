/** Debian packages that some tests want; without them those tests are skipped and say so. */
export const debianPackages = [
  'gnome-keyring',
  'dbus-daemon',
  'libsecret-1-0',
  'libfreenect0.5',
  'libfreenect-dev',
];
