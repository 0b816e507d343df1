/**
 * Values that are made once for each key object and name, and live as long as the key does.
 * @returns `keep(key, name, make)`
 */
export function keeper<K extends object, V>(): (key: K, name: string, make: () => V) => V {
  const kept = new WeakMap<K, Map<string, V>>();
  return (key, name, make) => {
    let values = kept.get(key);
    if (!values) kept.set(key, (values = new Map<string, V>()));
    let value = values.get(name);
    if (value === undefined) values.set(name, (value = make()));
    return value;
  };
}
