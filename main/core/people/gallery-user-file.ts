/**
 * The part of a file name that stands for a user: a-z, 0-9 and '-' as they are, any other UTF-8 byte as `_xx`, so that
 * every name is possible, no two collide (also where the file system ignores case) and none can leave the folder.
 */
export function userFile(user: string): string {
  let name = '';
  for (const byte of new TextEncoder().encode(user)) {
    const letter = String.fromCharCode(byte);
    name += /[a-z0-9-]/.test(letter) ? letter : `_${byte.toString(16).padStart(2, '0')}`;
  }
  return name;
}

/** The user a file name part stands for, or undefined where it stands for none. */
export function userOfFile(name: string): string | undefined {
  if (!/^(?:[a-z0-9-]|_[0-9a-f]{2})+$/.test(name)) return undefined;
  const bytes = name
    .match(/_[0-9a-f]{2}|./g)!
    .map((part) => (part.length === 3 ? Number.parseInt(part.slice(1), 16) : part.charCodeAt(0)));
  try {
    const user = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
    return userFile(user) === name ? user : undefined;
  } catch {
    return undefined;
  }
}
